package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.internal.io.FileNameSpec;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

class TaskPublishProtocolTest {

  private static final SparkSession SPARK = TestSpark.session();

  /** The files that tasks, which run in this JVM, saw published while they ran. */
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

  @TempDir Path folder;

  @Test
  void eachTaskPublishesOneFile() throws IOException {
    write("run", rows -> rows);
    assertThat(names()).containsExactly(file(0), file(1), file(2), file(3));
    assertThat(read()).containsExactlyElementsOf(numbers());
  }

  @Test
  void rowsCanBeReadDuringTheJob() throws IOException {
    SEEN.clear();
    String path = folder.toString();
    write(
        "run",
        rows -> {
          SEEN.addAll(published(Path.of(path)));
          return rows;
        });
    // Two tasks run at a time: later ones see what the first ones have published.
    assertThat(SEEN).isNotEmpty().isSubsetOf(names());
  }

  @Test
  void failedAttemptLeavesNothing() throws IOException {
    write(
        "run",
        rows -> {
          if (TaskContext.get().attemptNumber() == 0 && rows.hasNext()) {
            rows.next();
            throw new IllegalStateException("the first attempt fails halfway");
          }
          return rows;
        });
    assertThat(names()).containsExactly(file(0), file(1), file(2), file(3));
    assertThat(read()).containsExactlyElementsOf(numbers());
  }

  /** The executor crashes after the rename, before its report: Spark retries the task. */
  @Test
  void attemptAfterAPublishedOneIsDropped() throws IOException {
    write(
        "run",
        rows -> {
          TaskContext.get()
              .addTaskCompletionListener(
                  task -> {
                    if (task.attemptNumber() == 0 && task.partitionId() % 2 == 0) {
                      throw new IllegalStateException("the report is lost");
                    }
                  });
          return rows;
        });
    assertThat(names()).containsExactly(file(0), file(1), file(2), file(3));
    assertThat(read()).containsExactlyElementsOf(numbers());
  }

  @Test
  void failedJobKeepsPublishedFiles() throws IOException {
    assertThatThrownBy(
            () ->
                write(
                    "run",
                    rows -> {
                      if (TaskContext.get().partitionId() == 3) {
                        throw new IllegalStateException("the last task never works");
                      }
                      return rows;
                    }))
        .hasMessageContaining("never works");
    assertThat(names()).isNotEmpty().isSubsetOf(file(0), file(1), file(2));
  }

  @Test
  void concurrentAttemptsPublishOneFile() throws IOException {
    TaskPublishProtocol first = new TaskPublishProtocol("job", folder.toString());
    TaskPublishProtocol second = new TaskPublishProtocol("job", folder.toString());
    String from = stage(first, 1, "first");
    String other = stage(second, 2, "second");
    assertThat(from).isNotEqualTo(other);
    second.commitTask(attempt(2));
    first.commitTask(attempt(1));
    assertThat(names()).containsExactly("run-000007-c000.parquet");
    assertThat(folder.resolve(names().get(0))).hasContent("second");
    assertThat(folder.resolve(".spackle-run")).isEmptyDirectory();
  }

  @Test
  void runsPublishSeparateFiles() throws IOException {
    write("run", rows -> rows);
    write("later", rows -> rows);
    assertThat(names()).hasSize(8);
    assertThat(read()).hasSize(200);
  }

  private String stage(TaskPublishProtocol protocol, int attempt, String content)
      throws IOException {
    protocol.setupTask(attempt(attempt));
    String file =
        protocol.newTaskTempFile(
            attempt(attempt), Option.empty(), new FileNameSpec("", "-c000.parquet"));
    Files.createDirectories(Path.of(file).getParent());
    Files.writeString(Path.of(file), content);
    return file;
  }

  private static TaskAttemptContext attempt(int number) {
    Configuration configuration = new Configuration();
    configuration.set(TaskPublishProtocol.RUN, "run");
    TaskAttemptID id = new TaskAttemptID("job", 0, TaskType.MAP, 7, number);
    return new TaskAttemptContextImpl(configuration, id);
  }

  private void write(String run, MapPartitionsFunction<Long, Long> work) {
    Dataset<Long> rows =
        SPARK.range(0, 100, 1, 4).as(Encoders.LONG()).mapPartitions(work, Encoders.LONG());
    TaskPublishProtocol.append(
        rows.toDF("number"), run, new org.apache.hadoop.fs.Path(folder.toString()));
  }

  private List<Long> read() {
    return SPARK
        .read()
        .parquet(folder.toString())
        .orderBy(col("number"))
        .as(Encoders.LONG())
        .collectAsList();
  }

  private static List<Long> numbers() {
    return LongStream.range(0, 100).boxed().toList();
  }

  private static String file(int task) {
    return "run-%06d-c000.snappy.parquet".formatted(task);
  }

  private List<String> names() {
    return published(folder);
  }

  /** All files except those that are not published yet. */
  private static List<String> published(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith(AtomicFiles.HIDDEN))
          .sorted()
          .collect(Collectors.toList());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
