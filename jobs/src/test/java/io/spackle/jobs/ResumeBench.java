package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.run.JobPlan;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Measures a run that finds nearly all of its rows done, against a run of only the remaining rows.
 *
 * <p>The meta rows of the finished rows are not computed but copied: one real meta row, with the id
 * and key of each row. Arguments: rows, rows left to process.
 */
final class ResumeBench {

  private static final int ROWS_PER_FILE = 128;

  private final Path folder;
  private final int rows;
  private final int remaining;

  private ResumeBench(Path folder, int rows, int remaining) {
    this.folder = folder;
    this.rows = rows;
    this.remaining = remaining;
  }

  public static void main(String[] args) throws Exception {
    ResumeBench bench =
        new ResumeBench(
            Files.createTempDirectory("spackle-resume"),
            Integer.parseInt(args[0]),
            Integer.parseInt(args[1]));
    bench.run();
    SparkSessions.stop();
  }

  private void run() throws Exception {
    ImageFiles.write(folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    Path few = manifest("few.jsonl", remaining);
    Path all = manifest("all.jsonl", rows);
    job(few, "warm-up");
    double alone = job(few, "alone");
    writeDone(all);
    double resumed = job(all, "resumed");
    double again = job(all, "resumed");
    System.out.printf(
        "%d rows alone: %.1f s; the same among %d rows, the others being done: %.1f s; all done:"
            + " %.1f s%n",
        remaining, alone, rows, resumed, again);
  }

  /** Returns the seconds that the job says it took. */
  private double job(Path manifest, String output) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            new String[] {conf(manifest, output).toString()},
            new PrintStream(line, true, UTF_8),
            System.err);
    if (code != 0) {
      throw new IllegalStateException("the job ended with " + code + ": " + line.toString(UTF_8));
    }
    Map<?, ?> fields = new ObjectMapper().readValue(line.toString(UTF_8), Map.class);
    return ((Number) fields.get("seconds")).doubleValue();
  }

  private void writeDone(Path manifest) throws IOException {
    SparkSession spark = SparkSessions.open(new HadoopOptions(Map.of()));
    JobPlan plan =
        JobPlan.of(spark, JobConf.load(Optional.of(conf(manifest, "resumed")), Map.of()));
    Dataset<Row> keys =
        plan.keyedRows()
            .where(col(RowColumns.LINE).gt(remaining))
            .select(col(RowColumns.KEY).as(MetaRow.ROW_KEY), col(RowColumns.ID).as("new_id"));
    Dataset<Row> real = spark.read().parquet(folder.resolve("alone/meta").toString()).limit(1);
    Column[] columns =
        Arrays.stream(real.columns())
            .map(name -> name.equals("id") ? col("new_id").as("id") : col(name))
            .toArray(Column[]::new);
    Dataset<Row> done = keys.crossJoin(real.drop(MetaRow.ROW_KEY)).select(columns);
    org.apache.hadoop.fs.Path meta = plan.output().meta();
    done.repartition(rows / ROWS_PER_FILE).write().parquet(meta.toString());
  }

  private Path conf(Path manifest, String output) {
    try {
      return Files.writeString(
          folder.resolve(output + ".conf"),
          """
          spackle {
            manifest { path = "%s", base = "%s" }
            output.path = %s
            model { path = "%s", device = cpu }
            fetch.allow-files = [.]
            defaults { width = 64, height = 64, num-inference-steps = 1 }
          }
          """
              .formatted(manifest, folder, output, TestJob.bundle("idle-sd15-inpaint")));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path manifest(String name, int count) throws IOException {
    Path file = folder.resolve(name);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(
            """
            {"id": "row %d", "init_image": "photo.png", "mask_image": "mask.png", "prompt": "wall %d"}
            """
                .formatted(i, i));
      }
    }
    return file;
  }
}
