package io.spackle.jobs.table;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.TaskPublishProtocol;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Brings what a run publishes to the user's table, if there is one: while the run goes on the files
 * that came since, at intervals, in one commit each.
 *
 * <p>What goes wrong meanwhile is told and stops the feed, not the run: {@link #complete} makes up
 * for it.
 */
public final class TableSync {

  /** Of Spark's scheduler: a commit does not wait until all rows are painted. */
  private static final String POOL = "spackle-table";

  private final SparkSession spark;
  private final TableSettings settings;
  private final OutputFolder output;
  private final String run;
  private final PrintStream messages;
  private final Optional<LakeTable> table;
  private final Set<Path> fed = new HashSet<>();
  private boolean isBehind;

  private TableSync(
      SparkSession spark,
      TableSettings settings,
      OutputFolder output,
      String run,
      PrintStream messages,
      Optional<LakeTable> table) {
    this.spark = spark;
    this.settings = settings;
    this.output = output;
    this.run = run;
    this.messages = messages;
    this.table = table;
  }

  /**
   * The feed of a run, to a table that takes its rows.
   *
   * @param settings of the table, or null for none
   * @param rows the schema of the meta rows to come
   * @throws RefusedException if the table cannot be made or used
   */
  public static TableSync open(
      SparkSession spark,
      TableSettings settings,
      OutputFolder output,
      StructType rows,
      String run,
      PrintStream messages) {
    JobDescriptions.describe(spark, "open the table");
    Optional<LakeTable> table =
        Optional.ofNullable(settings).map(named -> LakeTable.open(spark, named, output, rows));
    return new TableSync(spark, settings, output, run, messages, table);
  }

  /** Brings the table in line with what older runs published. */
  public void catchUp() throws IOException {
    if (table.isPresent()) {
      JobDescriptions.describe(spark, "compare the table with the meta rows");
      table.get().match();
    }
  }

  /** Goes on until closed. */
  @FunctionalInterface
  public interface Feeding extends AutoCloseable {
    @Override
    void close();
  }

  /** Feeds at intervals; for whoever holds the claim. */
  public Feeding start(Lease claim) {
    if (table.isEmpty()) {
      return () -> {};
    }
    PeriodicTask turns =
        PeriodicTask.start("spackle-table", settings.interval(), () -> turn(claim));
    return turns::close;
  }

  /**
   * Ends with a table that is equal to the meta rows; for whoever holds the claim, feeding being
   * closed: a turn after this could add rows a second time.
   *
   * @param replaced whether the run replaced older meta rows
   * @return whether it came to that
   */
  public boolean complete(boolean replaced) {
    try {
      if (replaced || isBehind) {
        catchUp();
      } else if (table.isPresent()) {
        feed(table.get());
      }
      return true;
    } catch (Exception e) { // Spark throws checked exceptions undeclared
      tell(e);
      messages.println(
          "The meta rows are published; start the job again to bring the table in line.");
      return false;
    }
  }

  private void turn(Lease claim) {
    spark.sparkContext().setLocalProperty("spark.scheduler.pool", POOL);
    try {
      claim.check();
      if (!isBehind) {
        feed(table.orElseThrow());
      }
    } catch (Exception e) {
      isBehind = true; // the commit may have come to the table, or not
      tell(e);
    }
  }

  private void feed(LakeTable table) throws Exception {
    List<Path> files = new ArrayList<>(output.published(TaskPublishProtocol.published(run)));
    files.removeAll(fed);
    if (!files.isEmpty()) {
      JobDescriptions.describe(spark, "add the rows of " + files.size() + " files to the table");
      table.append(files);
      fed.addAll(files);
    }
  }

  private void tell(Exception e) {
    messages.printf(
        "The table %s could not be written: %s%n", settings.quoted(), Problems.firstLine(e));
  }
}
