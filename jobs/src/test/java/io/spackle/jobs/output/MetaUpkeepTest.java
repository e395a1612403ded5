package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.lease.Lease;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** The meta files of earlier runs, whose rows say which run made them. */
class MetaUpkeepTest {

  private static final SparkSession SPARK = TestSpark.session();

  private static final StructType OLD =
      StructType.fromDDL("run string, row_key string, output array<string>, shelf int");

  private static final StructType NEW =
      StructType.fromDDL("run string, row_key string, output array<string>, size long");

  @TempDir Path folder;
  private Path meta;
  private OutputFolder output;
  private Lease lease;
  private MetaUpkeep upkeep;

  @BeforeEach
  void start() throws IOException {
    meta = Files.createDirectories(folder.resolve("meta"));
    output = OutputFolder.of(folder.toString(), new Configuration());
    lease = output.acquireLease("now", Duration.ofMinutes(2), () -> {});
    upkeep = new MetaUpkeep(SPARK, output, lease);
  }

  @AfterEach
  void end() {
    lease.done();
    lease.close();
  }

  @Test
  void smallFilesOfEarlierRunsBecomeOne() throws IOException {
    for (int run = 0; run < Compaction.ENOUGH; run++) {
      StructType schema = run % 2 == 0 ? OLD : NEW;
      Object last = run % 2 == 0 ? (Object) run : (Object) (long) run;
      write("run%02d-000000-0000.parquet".formatted(run), schema, row("k" + run, "run", last));
    }
    write("now-000000-0000.parquet", NEW, row("mine", "now", 99L));
    assertThat(upkeep.compact()).isEqualTo(Compaction.ENOUGH);
    assertThat(names())
        .as("a table is not given the new file as one of the run's")
        .containsExactly("merged-now-000000-0000.snappy.parquet", "now-000000-0000.parquet");
    assertThat(rows()).hasSize(17).contains("k0 run 0 null", "k1 run null 1", "mine now null 99");
    assertThat(upkeep.compact()).as("one small file is not too many").isZero();
    assertThat(meta.resolve("_merges")).doesNotExist();
  }

  /** Rows of files of 256 MB take gigabytes. */
  @Test
  void rowsOfMergedFilesAreNotShuffled() throws Exception {
    for (int run = 0; run < Compaction.ENOUGH; run++) {
      write("run%02d-000000-0000.parquet".formatted(run), OLD, row("k" + run, "run", run));
    }
    AtomicLong shuffled = new AtomicLong();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            shuffled.addAndGet(end.taskMetrics().shuffleWriteMetrics().recordsWritten());
          }
        };
    SPARK.sparkContext().listenerBus().waitUntilEmpty();
    SPARK.sparkContext().addSparkListener(listener);
    try {
      upkeep.compact();
      SPARK.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      SPARK.sparkContext().removeSparkListener(listener);
    }
    assertThat(rows()).hasSize(Compaction.ENOUGH);
    assertThat(shuffled).hasValue(0);
  }

  @Test
  void stagedRowsOfARunThatWasKilledTakeThePlaceOfThoseThatTheyReplace() throws IOException {
    write("a.parquet", OLD, row("same", "old", 1), row("kept", "old", 2));
    write("b.parquet", OLD, row("before", "old", 3));
    write("c.parquet", OLD, row("other", "old", 4));
    byte[] untouched = Files.readAllBytes(meta.resolve("c.parquet"));
    for (int time = 1; time <= 2; time++) { // the second time as if it was killed at the end
      stage();
      assertThat(survey()).containsExactlyInAnyOrder("same", "kept", "after", "other", "lost");
      upkeep.recover();
      assertThat(rows())
          .containsExactlyInAnyOrder(
              "same new null 5", "kept old 2 null", "after new null 6", "other old 4 null");
    }
    assertThat(names()).containsExactly("a.parquet", "b.parquet", "c.parquet");
    assertThat(SPARK.read().parquet(meta.resolve("a.parquet").toString()).columns())
        .as("in the order of new rows")
        .containsExactly("run", "row_key", "output", "size", "shelf");
    assertThat(meta.resolve("c.parquet")).hasBinaryContent(untouched);
    assertThat(meta.resolve("_staged")).doesNotExist();
  }

  @Test
  void imagesOfReplacedRowsAreNamed() throws IOException {
    write("a.parquet", OLD, row("same", "old", 1), row("kept", "old", 2));
    write("b.parquet", OLD, row("before", "old", 3));
    stage();
    assertThat(upkeep.mergeStaged().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder("image of same", "image of before");
  }

  @Test
  void imagesOfRowsThatAKilledRunHasReplacedAreNamedToo() throws IOException {
    write("a.parquet", OLD, row("same", "old", 1));
    write("b.parquet", OLD, row("before", "old", 3));
    stage();
    upkeep.recover();
    assertThat(upkeep.mergeStaged().collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder("image of same", "image of before");
  }

  /** What replaces nothing, because meta files were deleted, is processed again. */
  private void stage() throws IOException {
    Files.createDirectories(meta.resolve("_staged"));
    StructType schema = StagedRows.schema(NEW);
    write(
        "_staged/dead-000000-0000.parquet",
        schema,
        staged("same", "same", 5L),
        staged("after", "before", 6L),
        staged("lost", "deleted", 7L));
  }

  private List<String> survey() throws IOException {
    return StagedRows.merged(SPARK, output, "row_key string").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static Row row(String key, String run, Object last) {
    return RowFactory.create(run, key, images(key), last);
  }

  private static Row staged(String key, String replaced, Object size) {
    return RowFactory.create("new", key, images(key), size, replaced);
  }

  private static Object images(String key) {
    return CollectionConverters.asScala(List.of("image of " + key)).toSeq();
  }

  private void write(String name, StructType schema, Row... rows) throws IOException {
    Files.write(meta.resolve(name), MetaFiles.of(SPARK, schema).bytes(List.of(rows)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(meta)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private List<String> rows() {
    return SPARK
        .read()
        .option("mergeSchema", "true")
        .parquet(meta.toString())
        .orderBy(col(MetaRow.ROW_KEY))
        .collectAsList()
        .stream()
        .map(
            row ->
                "%s %s %s %s"
                    .formatted(
                        row.<String>getAs("row_key"),
                        row.<String>getAs("run"),
                        row.<Object>getAs("shelf"),
                        row.schema().getFieldIndex("size").isEmpty() ? null : row.getAs("size")))
        .toList();
  }
}
