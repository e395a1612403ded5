package io.spackle.jobs.run;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.jobs.manifest.ManifestInput;
import io.spackle.jobs.output.AddedCounts;
import io.spackle.jobs.output.MetaUpkeep;
import io.spackle.jobs.output.OrphanCleanup;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.WorkFolder;
import io.spackle.jobs.run.WebhookSettlement.Calls;
import io.spackle.jobs.table.TableSync;
import io.spackle.report.Report;
import io.spackle.row.MetaRow;
import io.spackle.sink.NameTemplate;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One run of a checked job: from pending rows to images, meta rows and a summary. */
final class JobRun {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final SparkSession spark;
  private final JobPlan plan;
  private final PrintStream messages;
  private final Instant start;
  private final Interruption interruption;
  private final String run;
  private final Optional<FollowedBatch> batch;

  /**
   * @param start of the command, or of the batch
   * @param batch that the input of the plan is, if it is one
   */
  JobRun(Runs runs, JobPlan plan, Instant start, Optional<FollowedBatch> batch) {
    this.spark = runs.spark();
    this.plan = plan;
    this.messages = runs.messages();
    this.start = start;
    this.interruption = runs.interruption();
    this.batch = batch;
    // Names sort by time; the random suffix tells apart two machines that start in the same second.
    int random = ThreadLocalRandom.current().nextInt(0x1000000);
    this.run = STAMP.format(start) + "-%06x".formatted(random);
  }

  /**
   * Runs the job and writes summary.json.
   *
   * <p>If it fails, what the finished tasks have published remains valid. An interruption ends it
   * early; what the finished tasks have published is reported.
   *
   * @throws RefusedException if another run writes to the output
   * @throws Lease.LostException if another run has taken over
   */
  Summary execute() throws IOException {
    SparkContext context = spark.sparkContext();
    context.addJobTag(run);
    Runnable cancel = () -> context.cancelJobsWithTag(run, "another run took over the output");
    Duration timeout = plan.conf().output().leaseTimeout();
    try (Lease lease = plan.output().acquireLease(run, timeout, cancel);
        WorkFolder folder = WorkFolder.open(plan.output(), lease)) {
      return execute(lease, folder);
    } finally {
      context.removeJobTag(run);
    }
  }

  private Summary execute(Lease lease, WorkFolder folder) throws IOException {
    OutputFolder output = plan.output();
    TableSync.Run rows =
        new TableSync.Run(run, MetaRow.schemaOf(plan.manifest().rows().schema()), messages);
    TableSync table = TableSync.open(spark, plan.conf().output().table(), output, rows);
    boolean isModelOpen = !plan.isFurtherRun();
    if (batch.isPresent()) {
      batch.get().requireCurrent();
    }
    output.prepare(plan.conf().output().mode(), lease.files());
    lease.requireHeld();
    MetaUpkeep meta = new MetaUpkeep(spark, output, lease);
    SparkSessions.describeJobs(spark, "complete what earlier runs have begun");
    meta.recover();
    table.catchUp();
    WorkList work = workList(folder);
    Summary.Skipped skipped = new Summary.Skipped(plan.rows() - work.count(), work.failedBefore());
    if (!isModelOpen && work.count() > 0) {
      plan.openModel(spark);
    }
    announce(work, skipped);
    Processed processed = process(work, lease, new Kept(folder, meta, table));
    boolean isComplete = processed.isComplete();
    if (isComplete) {
      output.clearMarkers(lease.files());
    }
    lease.requireHeld();
    Calls webhooks = interruption.isRequested() ? Calls.UNKNOWN : settleWebhooks();
    Summary summary = summarize(processed, skipped, work.changedCount());
    Map<String, Object> facts = facts();
    facts.put("model_calls", processed.modelCalls());
    facts.put("webhooks", webhooks.counts());
    output.writeSummary(summary.file(facts), lease.files());
    if (isComplete && batch.isPresent()) {
      boolean again = processed.isRepeated() || webhooks.mayBePending();
      batch.get().record(again, lease.files());
    }
    if (interruption.isRequested()) {
      messages.println(summary.interruption());
    } else {
      lease.requireHeld();
      report();
      summary.failures().forEach(messages::println);
      compact(meta);
    }
    return summary;
  }

  /** Where what a run makes is kept: rows for its tasks, meta rows, and the table. */
  private record Kept(WorkFolder work, MetaUpkeep meta, TableSync table) {}

  /**
   * The end of processing.
   *
   * @param modelCalls of the network, those of repeated tasks included
   * @param isComplete whether all rows were processed and are in the table, if there is one
   */
  private record Processed(RunStatistics statistics, long modelCalls, boolean isComplete) {

    /** Whether the next run would process rows again without being asked to. */
    boolean isRepeated() {
      return statistics.failures().byThemselves() > 0;
    }
  }

  private WorkList workList(WorkFolder folder) throws IOException {
    try (Interruption.Abandonable list = interruption.abandonable(spark.sparkContext())) {
      return WorkList.write(plan, folder.path());
    }
  }

  /** A run that has its images does not fail because its files are small. */
  private void compact(MetaUpkeep meta) {
    SparkSessions.describeJobs(spark, "merge small meta files");
    try {
      long merged = meta.compact();
      if (merged > 0) {
        messages.printf("%d small meta files of earlier runs were merged%n", merged);
      }
    } catch (Lease.LostException e) {
      throw e;
    } catch (Exception e) { // Spark throws checked exceptions without declaring them
      messages.println("Small meta files could not be merged: " + rootCause(e));
    }
  }

  private void announce(WorkList work, Summary.Skipped skipped) {
    Skipped.text(plan.skipped()).ifPresent(messages::println);
    long failedBefore = skipped.failures().rows();
    messages.printf(
        "%d rows: %d done and %d failed in earlier runs; processing %d, %d of them again and %d with changed inputs, with %s, writing to %s%n",
        plan.rows(),
        skipped.rows() - failedBefore,
        failedBefore,
        work.count(),
        work.retriedCount(),
        work.changedCount(),
        plan.setup().model().traits().model(),
        plan.output());
  }

  private Summary summarize(Processed processed, Summary.Skipped skipped, long changedInputs) {
    RunStatistics statistics = processed.statistics();
    return new Summary(
        interruption
            .requested()
            .map(ExitCode::of)
            .orElseGet(() -> processed.isComplete() ? exit(statistics, skipped) : ExitCode.BROKEN),
        plan.rows(),
        skipped,
        changedInputs,
        statistics,
        Duration.between(start, Instant.now()),
        plan.conf().output().path());
  }

  /** A run that has its images does not fail for lack of its report. */
  private void report() {
    if (!plan.conf().output().report().enabled()) {
      return;
    }
    SparkSessions.describeJobs(spark, "write the report");
    try {
      int maxImages = plan.conf().output().report().maxImages();
      messages.println("Report: " + Report.write(spark, plan.output().toString(), maxImages));
    } catch (IOException | RuntimeException e) {
      messages.println("The report could not be written: " + rootCause(e));
    }
  }

  private Processed process(WorkList work, Lease lease, Kept kept) throws IOException {
    try (OrphanCleanup cleanup =
        OrphanCleanup.observing(spark, plan.output(), plan.settings().hadoop())) {
      TaskCounters counters = TaskCounters.in(spark.sparkContext());
      boolean isInpainted = inpaint(work, lease, kept, counters);
      long calls = Math.round(counters.modelCalls().value());
      lease.requireHeld();
      RunStatistics statistics = RunStatistics.of(spark, plan, run);
      if (interruption.isRequested()) {
        return new Processed(statistics, calls, false);
      }
      SparkSessions.describeJobs(spark, "merge rows with those that they replace");
      Dataset<Row> replacedImages = kept.meta().mergeStaged();
      boolean isInTable = kept.table().complete(work.replaces());
      if (isInpainted) {
        deleteOrphans(new Orphans(work, replacedImages), lease, cleanup);
        lease.done();
      }
      return new Processed(statistics, calls, isInpainted && isInTable);
    }
  }

  /** Returns whether all tasks succeeded. */
  private boolean inpaint(WorkList work, Lease lease, Kept kept, TaskCounters counters)
      throws IOException {
    SparkContext context = spark.sparkContext();
    try (AddedCounts added = AddedCounts.in(context);
        Progress progress = Progress.start(context, counters, work.count(), messages);
        TableSync.Commits commits = kept.table().start(lease, added);
        Interruption.Abandonable inpainting = interruption.abandonable(context)) {
      InpaintPass pass = new InpaintPass(spark, plan, counters, added);
      if (work.count() > 0) {
        kept.meta().openStage();
        SparkSessions.describeJobs(spark, "deal " + work.count() + " rows to tasks");
        Dataset<Row> rows = work.rows(plan.manifest().rows(), plan.setup().digest());
        WorkFiles files = WorkFiles.write(rows, plan, kept.work(), lease.files());
        SparkSessions.describeJobs(spark, "inpaint " + work.count() + " rows");
        pass.run(files);
      } else if (!plan.output().hasRows()) {
        pass.addEmpty(lease.files());
      }
      return true;
    } catch (Exception e) { // Spark throws checked exceptions without declaring them
      lease.requireHeld();
      if (interruption.isRequested()) {
        return false;
      }
      messages.println("The run was stopped: " + rootCause(e));
      messages.println("Finished rows are kept; start the job again to process the rest.");
      return false;
    }
  }

  /** Failed webhooks do not change the outcome of the run. */
  private Calls settleWebhooks() {
    try (Interruption.Abandonable calling = interruption.abandonable(spark.sparkContext())) {
      Calls calls = WebhookSettlement.settle(spark, plan, plan.keys());
      if (!calls.counts().isEmpty()) {
        messages.println("Webhooks: " + calls.counts() + ", see " + plan.output().webhooks());
      }
      return calls;
    } catch (IOException | RuntimeException e) {
      messages.println("Webhooks could not be settled: " + rootCause(e));
      return Calls.UNKNOWN;
    }
  }

  /** Which images may be orphans: those of rows that were replaced, or had to be processed. */
  private record Orphans(WorkList work, Dataset<Row> replaced) {}

  /** Orphans only exist if a run crashed, a task was lost or rows were replaced. */
  private void deleteOrphans(Orphans orphans, Lease lease, OrphanCleanup cleanup)
      throws IOException {
    WorkList work = orphans.work();
    if (lease.orphansPossible() || cleanup.tasksWereLost() || work.replaces()) {
      SparkSessions.describeJobs(spark, "delete orphaned images");
      NameTemplate template = plan.conf().output().images().name();
      long deleted = cleanup.run(lease, template, work.names(), orphans.replaced());
      if (deleted > 0) {
        messages.printf("%d orphaned images, which no meta row names, were deleted%n", deleted);
      }
    }
    lease.orphansDeleted();
  }

  private ExitCode exit(RunStatistics statistics, Summary.Skipped skipped) {
    long failed = statistics.failed() + skipped.failures().rows();
    long processed = statistics.succeeded() + statistics.failed();
    boolean allFailed =
        processed > 0 ? statistics.succeeded() == 0 : failed > 0 && failed == plan.rows();
    double allowed = plan.conf().maxFailedShare() * plan.rows();
    return allFailed || failed > allowed ? ExitCode.FAILURES : ExitCode.DONE;
  }

  /** What summary.json says besides the closing line. */
  private Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("run", run);
    facts.put("started", start.toString());
    facts.put("manifest", plan.conf().manifest().location());
    facts.put("skipped", Skipped.counts(plan.skipped()));
    facts.put("manifest_changed", manifestChanged());
    facts.put("model", plan.setup().model().traits().model());
    facts.put("model_digest", plan.setup().model().digest());
    facts.put("family", plan.setup().model().traits().family());
    return facts;
  }

  private boolean manifestChanged() {
    ManifestInput input = plan.conf().manifest();
    boolean changed =
        !input.snapshot(spark.sparkContext().hadoopConfiguration()).equals(plan.snapshot());
    if (changed) {
      messages.printf(
          "Note that %s changed during the run: start the job again to process its new rows.%n",
          input.description());
    }
    return changed;
  }

  private static String rootCause(Throwable e) {
    return e.getCause() == null ? Problems.firstLine(e) : rootCause(e.getCause());
  }
}
