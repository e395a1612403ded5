package io.spackle.jobs;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.JobConf.TableConf;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Brings what a run publishes to the user's table, if there is one: while the run goes on the files
 * that came since, at intervals, in one commit each.
 *
 * <p>What goes wrong meanwhile is told and stops the feed, not the run: {@link #complete} makes up
 * for it.
 */
final class TableFeed {

  /** Of Spark's scheduler: a commit does not wait until all rows are painted. */
  private static final String POOL = "spackle-table";

  private final SparkSession spark;
  private final Plan plan;
  private final String run;
  private final PrintStream messages;
  private final Optional<LakeTable> table;
  private final Set<Path> fed = new HashSet<>();
  private boolean isBehind;

  private TableFeed(
      SparkSession spark, Plan plan, String run, PrintStream messages, Optional<LakeTable> table) {
    this.spark = spark;
    this.plan = plan;
    this.run = run;
    this.messages = messages;
    this.table = table;
  }

  /**
   * The feed of a run, to a table that takes its rows.
   *
   * @throws RefusedException if the table cannot be made or used
   */
  static TableFeed open(SparkSession spark, Plan plan, String run, PrintStream messages) {
    Jobs.describe(spark, "open the table");
    TableConf conf = plan.conf().output().table();
    Optional<LakeTable> table =
        Optional.ofNullable(conf)
            .map(
                named ->
                    LakeTable.open(
                        spark, named, plan.output(), MetaRow.schemaOf(plan.manifest().schema())));
    return new TableFeed(spark, plan, run, messages, table);
  }

  /** Brings the table in line with what older runs published. */
  void catchUp() throws IOException {
    if (table.isPresent()) {
      Jobs.describe(spark, "compare the table with the meta rows");
      table.get().match();
    }
  }

  /** Goes on until closed. */
  @FunctionalInterface
  interface Feeding extends AutoCloseable {
    @Override
    void close();
  }

  /** Feeds at intervals; for whoever holds the claim. */
  Feeding start(Claim claim) {
    if (table.isEmpty()) {
      return () -> {};
    }
    Periodic turns =
        Periodic.start("spackle-table", plan.conf().output().table().interval(), () -> turn(claim));
    return turns::close;
  }

  /**
   * Ends with a table that is equal to the meta rows; for whoever holds the claim, feeding being
   * closed: a turn after this could add rows a second time.
   *
   * @param replaced whether the run replaced older meta rows
   * @return whether it came to that
   */
  boolean complete(boolean replaced) {
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

  private void turn(Claim claim) {
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
    List<Path> files = new ArrayList<>(plan.output().published(TaskPublishProtocol.published(run)));
    files.removeAll(fed);
    if (!files.isEmpty()) {
      Jobs.describe(spark, "add the rows of " + files.size() + " files to the table");
      table.append(files);
      fed.addAll(files);
    }
  }

  private void tell(Exception e) {
    messages.printf(
        "The table %s could not be written: %s%n",
        plan.conf().output().table().quoted(), Problems.firstLine(e));
  }
}
