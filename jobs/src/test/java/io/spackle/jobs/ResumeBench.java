package io.spackle.jobs;

import static org.apache.spark.sql.functions.col;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.run.JobPlan;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Measures a run that finds nearly all of its rows done, against a run of only the remaining rows,
 * and runs that follow a folder of such rows.
 *
 * <p>The meta rows of the finished rows are not computed but copied: one real meta row, with the id
 * and key of each row. Arguments: rows, rows left to process.
 */
final class ResumeBench {

  private static final int ROWS_PER_FILE = 128;
  private static final int FILES = 1000;

  private final IdleJobs jobs;
  private final int rows;
  private final int remaining;

  private ResumeBench(IdleJobs jobs, int rows, int remaining) {
    this.jobs = jobs;
    this.rows = rows;
    this.remaining = remaining;
  }

  public static void main(String[] args) throws Exception {
    ResumeBench bench =
        new ResumeBench(IdleJobs.create(), Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    bench.run();
    SparkSessions.stop();
  }

  private void run() throws Exception {
    Path few = jobs.manifest("few.jsonl", 0, remaining);
    Path all = jobs.manifest("all.jsonl", 0, rows);
    jobs.run(few, "warm-up");
    double alone = jobs.run(few, "alone");
    writeDone(all);
    double resumed = jobs.run(all, "resumed");
    double again = jobs.run(all, "resumed");
    System.out.printf(
        "%d rows alone: %.1f s; the same among %d rows, the others being done: %.1f s; all done:"
            + " %.1f s%n",
        remaining, alone, rows, resumed, again);
    follow();
  }

  /** The same rows, all of them done, in many files. */
  private void follow() throws IOException {
    int perFile = rows / FILES;
    for (int i = 0; i < FILES; i++) {
      jobs.manifest("in/%d.jsonl".formatted(i), i * perFile, perFile);
    }
    Path in = jobs.folder().resolve("in/*.jsonl");
    double all = jobs.run(in, "resumed", "--follow", "--available-now");
    double nothing = jobs.run(in, "resumed", "--follow", "--available-now");
    jobs.manifest("in/new.jsonl", rows, remaining);
    double more = jobs.run(in, "resumed", "--follow", "--available-now");
    System.out.printf(
        "followed, in %d files: all done, but not yet recorded: %.1f s; nothing new: %.2f s;"
            + " a new file of %d rows: %.1f s%n",
        FILES, all, nothing, remaining, more);
  }

  private void writeDone(Path manifest) throws IOException {
    SparkSession spark = SparkSessions.open(new HadoopOptions(Map.of()));
    JobPlan plan = jobs.plan(spark, manifest, "resumed");
    Dataset<Row> keys =
        plan.keyedRows()
            .where(col(RowColumns.LINE).gt(remaining))
            .select(col(RowColumns.KEY).as(MetaRow.ROW_KEY), col(RowColumns.ID).as("new_id"));
    Dataset<Row> real =
        spark.read().parquet(jobs.folder().resolve("alone/meta").toString()).limit(1);
    Column[] columns =
        Arrays.stream(real.columns())
            .map(name -> name.equals("id") ? col("new_id").as("id") : col(name))
            .toArray(Column[]::new);
    Dataset<Row> done = keys.crossJoin(real.drop(MetaRow.ROW_KEY)).select(columns);
    org.apache.hadoop.fs.Path meta = plan.output().meta();
    done.repartition(rows / ROWS_PER_FILE).write().parquet(meta.toString());
  }
}
