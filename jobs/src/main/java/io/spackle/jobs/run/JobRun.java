package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.driver.LostTasks;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseLostException;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.manifest.ManifestSnapshot;
import io.spackle.jobs.output.OrphanCleanup;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.table.TableSync;
import io.spackle.report.Report;
import io.spackle.row.MetaRow;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The work of a checked job: pending rows to images and meta rows, and what came of it. */
public final class JobRun {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final SparkSession spark;
  private final JobPlan plan;
  private final PrintStream messages;
  private final Instant start;
  private final String run;

  /**
   * @param messages for whoever waits for the job
   * @param start of the command
   */
  public JobRun(SparkSession spark, JobPlan plan, PrintStream messages, Instant start) {
    this.spark = spark;
    this.plan = plan;
    this.messages = messages;
    this.start = start;
    // Names sort by time; the random end keeps two machines apart that start in the same second.
    int random = ThreadLocalRandom.current().nextInt(0x1000000);
    this.run = STAMP.format(start) + "-%06x".formatted(random);
  }

  /**
   * Runs the job and writes summary.json.
   *
   * <p>If it fails, what the finished tasks published stays and counts.
   *
   * @throws RefusedException if another run writes to the output
   * @throws LeaseLostException if another run took over
   */
  public Summary execute() throws IOException {
    SparkContext context = spark.sparkContext();
    context.addJobTag(run);
    Runnable stop = () -> context.cancelJobsWithTag(run, "another run took over");
    Duration timeout = plan.conf().output().claimTimeout();
    try (Lease claim = plan.output().claim(run, timeout, stop)) {
      return execute(claim);
    } finally {
      context.removeJobTag(run);
    }
  }

  private Summary execute(Lease claim) throws IOException {
    OutputFolder output = plan.output();
    TableSync table =
        TableSync.open(
            spark,
            plan.conf().output().table(),
            output,
            MetaRow.schemaOf(plan.manifest().schema()),
            run,
            messages);
    output.prepare(plan.conf().output().mode());
    table.catchUp();
    Dataset<Row> keyed = KeyedRows.keyed(plan.manifest(), plan.setup().digest());
    WorkList work =
        WorkList.write(keyed, output, claim.folder(), plan.conf().output().retryCodes());
    long count = work.count();
    messages.printf(
        "%d rows, of which earlier runs did %d; the rest goes through %s to %s%n",
        plan.rows(), plan.rows() - count, plan.setup().model().traits().model(), output);
    boolean isWhole = isWhole(work, count, claim, table);
    if (isWhole) {
      output.clearMarks();
    }
    Map<String, Long> webhooks = webhooks(keyed);
    RunStatistics tally = RunStatistics.of(spark, output, run, work);
    long failed = tally.failed() + work.skippedFailures();
    Summary summary =
        new Summary(
            isWhole ? judge(failed) : ExitCode.BROKEN,
            plan.rows(),
            plan.rows() - count,
            tally,
            Duration.between(start, Instant.now()),
            plan.conf().output().path());
    Map<String, Object> facts = facts();
    facts.put("webhooks", webhooks);
    output.writeSummary(summary.file(facts));
    report();
    return summary;
  }

  /** Images are what a run is for: one that has them does not fail for want of its report. */
  private void report() {
    if (!plan.conf().report().enabled()) {
      return;
    }
    JobDescriptions.describe(spark, "write the report");
    try {
      String output = plan.output().toString();
      messages.println("Report: " + Report.write(spark, output, plan.conf().report().maxImages()));
    } catch (IOException | RuntimeException e) {
      messages.println("The report could not be written: " + Problems.firstLine(rootOf(e)));
    }
  }

  private boolean isWhole(WorkList work, long count, Lease claim, TableSync table)
      throws IOException {
    try (LostTasks lost = LostTasks.in(spark.sparkContext())) {
      boolean isPainted = paint(work, count, claim, table);
      claim.check();
      boolean isInTable = table.complete(!work.replacedFiles().isEmpty());
      if (isPainted) {
        sweep(work, claim, lost);
        claim.done();
      }
      return isPainted && isInTable;
    }
  }

  /** Returns whether all tasks were done. */
  private boolean paint(WorkList work, long count, Lease claim, TableSync table)
      throws IOException {
    TaskCounters counters = TaskCounters.in(spark.sparkContext());
    InpaintPass painting = new InpaintPass(plan, run, counters);
    JobDescriptions.describe(spark, "inpaint " + count + " rows");
    try (Progress progress = Progress.start(spark.sparkContext(), counters, count, messages);
        TableSync.Feeding feeding = table.start(claim)) {
      painting.add(work);
      painting.replace(work);
      return true;
    } catch (RuntimeException e) {
      claim.check();
      messages.println("The run broke off: " + Problems.firstLine(rootOf(e)));
      messages.println("What is done stays; start it again to do the rest.");
      return false;
    }
  }

  /** What became of the webhooks; whatever it was, it does not change how the job ends. */
  private Map<String, Long> webhooks(Dataset<Row> keyed) {
    try {
      Map<String, Long> calls = WebhookSettlement.settle(spark, plan, keyed);
      if (!calls.isEmpty()) {
        messages.println("Webhooks: " + calls + ", see " + plan.output().webhooks());
      }
      return calls;
    } catch (IOException | RuntimeException e) {
      messages.println("Webhooks could not be looked after: " + Problems.firstLine(rootOf(e)));
      return Map.of();
    }
  }

  /** Images that no row names can only be there if something died or rows were replaced. */
  private void sweep(WorkList work, Lease claim, LostTasks lost) throws IOException {
    if (claim.areUnswept() || lost.any() || !work.replacedFiles().isEmpty()) {
      JobDescriptions.describe(spark, "delete images that no row names");
      long deleted = new OrphanCleanup(spark, plan.output(), plan.settings().hadoop()).run();
      if (deleted > 0) {
        messages.printf("%d images that no row names were deleted%n", deleted);
      }
    }
    claim.swept();
  }

  private ExitCode judge(long failed) {
    double allowed = plan.conf().maxFailedShare() * plan.rows();
    return failed > allowed ? ExitCode.FAILURES : ExitCode.DONE;
  }

  private Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("run", run);
    facts.put("started", start.toString());
    facts.put("manifest", plan.conf().manifest().shown());
    facts.put("manifest_changed", manifestChanged());
    facts.put("model", plan.setup().model().traits().model());
    facts.put("model_digest", plan.setup().model().digest());
    facts.put("family", plan.setup().model().traits().family());
    return facts;
  }

  private boolean manifestChanged() {
    String path = plan.conf().manifest().path();
    ManifestSnapshot now = ManifestSnapshot.of(path, spark.sparkContext().hadoopConfiguration());
    boolean changed = !now.equals(plan.files());
    if (changed) {
      messages.println(
          "The manifest "
              + plan.conf().manifest().shown()
              + " changed during the run: start it again to do its new rows.");
    }
    return changed;
  }

  private static Throwable rootOf(Throwable e) {
    return e.getCause() == null ? e : rootOf(e.getCause());
  }
}
