package io.spackle.jobs.table;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.output.AddedCounts;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.jobs.output.OutputFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The synchronization of the user's table with what a run publishes, if there is a table: at
 * intervals during the run it adds the files published since, in one commit each.
 *
 * <p>A failure during the run is reported and stops the synchronization, not the run: {@link
 * #complete} makes up for it. The caller holds the lease of the output.
 */
public final class TableSync {

  /** Pool of Spark's scheduler, so that a commit does not wait until all rows are processed. */
  private static final String POOL = "spackle-table";

  private final SparkSession spark;
  private final TableSettings settings;
  private final OutputFolder output;
  private final Run run;
  private final Optional<LakeTable> table;

  /** The names of the files whose rows are in the table. */
  private final Set<String> names = new HashSet<>();

  /** How many files of each task are in the table. */
  private final Map<Integer, Integer> filesOfTask = new HashMap<>();

  private boolean isBehind;

  /**
   * The run whose rows go to the table.
   *
   * @param name of the run, by which its meta files are named
   * @param schema of its meta rows
   * @param messages for the user
   */
  public record Run(String name, StructType schema, PrintStream messages) {}

  private TableSync(
      SparkSession spark,
      TableSettings settings,
      OutputFolder output,
      Run run,
      Optional<LakeTable> table) {
    this.spark = spark;
    this.settings = settings;
    this.output = output;
    this.run = run;
    this.table = table;
  }

  /**
   * Opens the table, which is created if it does not exist.
   *
   * @param settings of the table, or null for none
   * @throws RefusedException if the table cannot be created or used
   */
  public static TableSync open(
      SparkSession spark, TableSettings settings, OutputFolder output, Run run) {
    SparkSessions.describeJobs(spark, "open the table");
    Optional<LakeTable> table =
        Optional.ofNullable(settings)
            .map(named -> LakeTable.open(spark, named, output, run.schema()));
    return new TableSync(spark, settings, output, run, table);
  }

  /** Makes the table equal to the published meta rows. */
  public void catchUp() throws IOException {
    if (table.isPresent()) {
      SparkSessions.describeJobs(spark, "compare the table with the meta rows");
      table.get().match();
    }
  }

  /** Periodic commits, until closed. */
  @FunctionalInterface
  public interface Commits extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Starts periodic commits of what the run publishes. They list nothing, so that they cost what
   * the new files cost.
   *
   * @param counts of the files that its tasks have added
   */
  public Commits start(Lease lease, AddedCounts counts) {
    if (table.isEmpty()) {
      return () -> {};
    }
    PeriodicTask commits =
        PeriodicTask.start("spackle-table", settings.interval(), () -> commit(lease, counts));
    return commits::close;
  }

  /**
   * Makes the table equal to the published meta rows at the end of a run. Periodic commits must be
   * closed: a concurrent one could add rows twice.
   *
   * @param replaced whether the run replaced older meta rows
   * @return whether it succeeded; if not, the reason was printed
   */
  public boolean complete(boolean replaced) {
    try {
      if (replaced || isBehind) {
        catchUp();
      } else if (table.isPresent()) {
        add(table.get(), output.published(MetaFiles.published(run.name())));
      }
      return true;
    } catch (Exception e) { // Spark throws checked exceptions without declaring them
      report(e);
      run.messages()
          .println(
              "The meta rows are published; start the job again to bring the table up to date.");
      return false;
    }
  }

  private void commit(Lease lease, AddedCounts counts) {
    spark.sparkContext().setLocalProperty("spark.scheduler.pool", POOL);
    try {
      lease.requireHeld();
      if (!isBehind) {
        add(table.orElseThrow(), reported(counts));
      }
    } catch (Exception e) {
      isBehind = true; // it is unknown whether the commit reached the table
      report(e);
    }
  }

  /** The files that tasks have added since the last call. */
  private List<Path> reported(AddedCounts counts) {
    List<Path> files = new ArrayList<>();
    counts
        .value()
        .forEach(
            (task, count) -> {
              int before = filesOfTask.getOrDefault(task, 0);
              for (int number = before; number < count; number++) {
                files.add(new Path(output.meta(), MetaFiles.name(run.name(), task, number)));
              }
              filesOfTask.put(task, count);
            });
    return files;
  }

  private void add(LakeTable table, List<Path> published) throws Exception {
    List<Path> files = published.stream().filter(file -> !names.contains(file.getName())).toList();
    if (!files.isEmpty()) {
      SparkSessions.describeJobs(spark, "add the rows of " + files.size() + " files to the table");
      table.append(files);
      files.forEach(file -> names.add(file.getName()));
    }
  }

  private void report(Exception e) {
    run.messages()
        .printf(
            "The table %s could not be written: %s%n", settings.quoted(), Problems.firstLine(e));
  }
}
