package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attempts of one task, one after another and at the same time. */
class AddedFilesTest {

  private static final SparkSession SPARK = TestSpark.session();

  private static final StructType META =
      new StructType()
          .add(MetaRow.ROW_KEY, DataTypes.StringType)
          .add("attempt", DataTypes.IntegerType);

  private static final StructType ROWS = new StructType().add(RowColumns.KEY, DataTypes.StringType);

  private static final MetaFiles FORMAT = MetaFiles.of(SPARK, META);

  @TempDir java.nio.file.Path folder;
  private Path meta;

  @BeforeEach
  void makeRun() throws IOException {
    meta = new Path(folder.toUri());
    Files.createDirectories(folder.resolve(".spackle-run"));
  }

  @Test
  void filesOfATaskAreNumbered() throws IOException {
    AddedFiles attempt = attempt();
    assertThat(pending(attempt, "a", "b", "c")).containsExactly("a", "b", "c");
    assertThat(attempt.publish(finished(1, "b"))).hasSize(1);
    assertThat(attempt.publish(finished(1, "a", "c"))).hasSize(2);
    assertThat(attempt.publish(List.of())).as("no file for no row").isEmpty();
    assertThat(names()).containsExactly(name(0), name(1));
    assertThat(rows("run")).containsExactly("a 1", "b 1", "c 1");
  }

  /** The process of the first attempt was killed. */
  @Test
  void retryContinuesWhereTheCrashedAttemptEnded() throws IOException {
    AddedFiles crashed = attempt();
    pending(crashed, "a", "b", "c", "d");
    crashed.publish(finished(1, "b"));
    crashed.publish(finished(1, "d"));
    AddedFiles retry = attempt();
    assertThat(pending(retry, "a", "b", "c", "d")).containsExactly("a", "c");
    retry.publish(finished(2, "a", "c"));
    assertThat(rows("run")).containsExactly("a 2", "b 1", "c 2", "d 1");
    assertThat(names()).hasSize(3);
  }

  @Test
  void duplicateAttemptsShareTheWorkAndNoRowIsPublishedTwice() throws IOException {
    AddedFiles one = attempt();
    AddedFiles other = attempt();
    pending(one, "a", "b", "c", "d");
    pending(other, "a", "b", "c", "d");
    assertThat(one.publish(finished(1, "a", "b"))).hasSize(2);
    assertThat(keys(other.publish(finished(2, "b", "c")))).containsExactly("c");
    assertThat(one.publish(finished(1, "c"))).as("published by the other").isEmpty();
    assertThat(keys(other.publish(finished(2, "a", "d")))).containsExactly("d");
    assertThat(one.publish(finished(1, "d"))).isEmpty();
    assertThat(rows("run")).containsExactly("a 1", "b 1", "c 2", "d 2");
  }

  /** The seed of each round is its number. */
  @Test
  void concurrentAttemptsPublishEachRowOnce() throws Exception {
    ExecutorService processes = Executors.newFixedThreadPool(3);
    for (int round = 0; round < 10; round++) {
      Random random = new Random(round);
      String run = "run" + round;
      Files.createDirectories(folder.resolve(".spackle-" + run));
      List<String> keys = IntStream.range(0, 12).mapToObj(i -> "k" + i).toList();
      List<Callable<Integer>> attempts = new ArrayList<>();
      for (int number = 1; number <= 3; number++) {
        List<String> order = new ArrayList<>(keys);
        Collections.shuffle(order, random);
        int attempt = number;
        attempts.add(() -> publishInParts(attempt(run), attempt, order));
      }
      int published = 0;
      for (Future<Integer> attempt : processes.invokeAll(attempts)) {
        published += attempt.get();
      }
      assertThat(published).as("round %d", round).isEqualTo(keys.size());
      assertThat(rows(run)).as("round %d", round).hasSize(keys.size());
    }
    processes.shutdown();
  }

  private static int publishInParts(AddedFiles attempt, int number, List<String> order)
      throws IOException {
    pending(attempt, order.toArray(String[]::new));
    int published = 0;
    for (int i = 0; i < order.size(); i += 2) {
      String[] part = order.subList(i, i + 2).toArray(String[]::new);
      published += attempt.publish(finished(number, part)).size();
    }
    return published;
  }

  @Test
  void attemptOfAFencedRunPublishesNothing() throws IOException {
    AddedFiles suspended = attempt();
    pending(suspended, "a");
    LeaseRecord next = LeaseRecord.mine("next", Duration.ofMinutes(2));
    try (Lease lease =
        Lease.acquire(AtomicFiles.of(meta, new Configuration()), meta, next, () -> {})) {
      assertThatThrownBy(() -> suspended.publish(finished(1, "a")))
          .isInstanceOf(Lease.LostException.class)
          .hasMessageContaining("the run run was fenced");
      lease.requireHeld();
    }
    assertThat(names()).isEmpty();
  }

  /** The session may be the caller's, with a protocol of its own for other writes. */
  @Test
  void commitProtocolOfTheSessionStays() throws IOException {
    String protocol = "spark.sql.sources.commitProtocolClass";
    String ofCaller = "org.apache.spark.internal.io.HadoopMapReduceCommitProtocol";
    SPARK.conf().set(protocol, ofCaller);
    try {
      MetaFiles format = MetaFiles.of(SPARK, META);
      AddedFiles attempt = new AddedFiles(format, format.files(meta, "run"), meta, 7);
      pending(attempt, "a");
      assertThat(attempt.publish(finished(1, "a"))).hasSize(1);
      assertThat(SPARK.conf().get(protocol)).isEqualTo(ofCaller);
    } finally {
      SPARK.conf().unset(protocol);
    }
  }

  @Test
  void folderWithoutRowsCanBeRead() throws IOException {
    LeaseRecord run = LeaseRecord.mine("run", Duration.ofMinutes(2));
    try (Lease lease =
        Lease.acquire(AtomicFiles.of(meta, new Configuration()), meta, run, () -> {})) {
      AddedFiles.addEmpty(FORMAT, meta, lease.files());
    }
    assertThat(SPARK.read().parquet(folder.toString()).schema()).isEqualTo(META);
    assertThat(rows("run")).isEmpty();
  }

  private AddedFiles attempt() throws IOException {
    return attempt("run");
  }

  private AddedFiles attempt(String run) throws IOException {
    return new AddedFiles(FORMAT, FORMAT.files(meta, run), meta, 7);
  }

  private static List<String> pending(AddedFiles attempt, String... keys) throws IOException {
    Iterator<Row> rows =
        Arrays.stream(keys)
            .<Row>map(key -> new GenericRowWithSchema(new Object[] {key}, ROWS))
            .iterator();
    List<String> pending = new ArrayList<>();
    attempt.pending(rows).forEachRemaining(row -> pending.add(row.getString(0)));
    return pending;
  }

  private static List<Row> finished(int attempt, String... keys) {
    return Arrays.stream(keys)
        .<Row>map(key -> new GenericRowWithSchema(new Object[] {key, attempt}, META))
        .toList();
  }

  private static List<String> keys(List<Row> meta) {
    return meta.stream().map(row -> row.<String>getAs(MetaRow.ROW_KEY)).toList();
  }

  private List<String> rows(String run) {
    return SPARK
        .read()
        .parquet(folder.resolve(MetaFiles.published(run)).toString())
        .orderBy(col(MetaRow.ROW_KEY))
        .collectAsList()
        .stream()
        .map(row -> row.getString(0) + " " + row.getInt(1))
        .toList();
  }

  private static String name(int number) {
    return MetaFiles.name("run", 7, number);
  }

  private List<String> names() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith(AtomicFiles.HIDDEN))
          .sorted()
          .toList();
    }
  }
}
