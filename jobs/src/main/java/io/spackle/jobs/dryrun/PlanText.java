package io.spackle.jobs.dryrun;

import io.spackle.conf.ConfEntry;
import io.spackle.family.Note;
import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.Problem;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import io.spackle.jobs.manifest.Manifest.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text that {@code plan} prints for people. */
public final class PlanText {

  private static final int MAX_SHAPES = 10;
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;

  private final PlanResult plan;
  private final List<String> lines = new ArrayList<>();

  private PlanText(PlanResult plan) {
    this.plan = plan;
  }

  /**
   * The configuration with the origin of each value, line by line.
   *
   * @param all whether to include keys with default values
   */
  public static List<String> configuration(List<ConfEntry> entries, boolean all) {
    List<String> lines = new ArrayList<>();
    lines.add("Configuration:");
    entries.stream()
        .filter(entry -> all || !entry.isDefault())
        .forEach(entry -> lines.add("  " + entry));
    long hidden = all ? 0 : entries.stream().filter(ConfEntry::isDefault).count();
    if (hidden > 0) {
      lines.add("  and %d keys as in conf/reference.conf (--all-keys)".formatted(hidden));
    }
    return lines;
  }

  /** The results of a plan, line by line. */
  public static List<String> of(PlanResult plan) {
    PlanText text = new PlanText(plan);
    text.addRows();
    text.addShapes();
    text.addProbe();
    text.addTrial();
    text.addForecast();
    return text.lines;
  }

  private void addRows() {
    Skipped.text(plan.skipped()).ifPresent(lines::add);
    ManifestSurvey survey = plan.survey();
    add(
        "Rows: %d; %d done, %d failed earlier and not retried; %d to process, %d of them retries and %d with changed inputs",
        plan.rows(),
        survey.rows(group -> group.state() == State.DONE),
        survey.rows(group -> group.state() == State.FAILED),
        survey.rows(Group::isToProcess),
        survey.rows(group -> group.state() == State.RETRY),
        survey.rows(group -> group.state() == State.CHANGED));
    if (survey.rows(group -> group.state() == State.FAILED) > 0) {
      add("  --retry-failed processes all failed rows again, --retry-codes those of some codes");
    }
    if (plan.invalid() > 0) {
      add("  %d of these would fail:", plan.invalid());
      addProblems(survey.problems());
    }
  }

  private void addProblems(List<Problem> problems) {
    problems.forEach(problem -> lines.add("    " + problem));
  }

  private void addShapes() {
    List<Group> shapes = plan.survey().valid();
    add("Images: %d, in at least %d batches", plan.images(), plan.batches());
    shapes.stream()
        .limit(MAX_SHAPES)
        .forEach(
            group ->
                add(
                    "  %s: %d rows, %d images, %d batches",
                    group.shape(), group.rows(), group.images(), plan.batches(group)));
    if (shapes.size() > MAX_SHAPES) {
      add("  and %d more shapes", shapes.size() - MAX_SHAPES);
    }
  }

  private void addProbe() {
    if (!plan.probe().isEmpty()) {
      TrialResult probe = plan.probe();
      add(
          "Probe: %d rows fetched, decoded and framed in %s, %.0f ms of fetching each",
          probe.rows(), duration(probe.warm().seconds()), fetchMillis(probe));
      plan.modelCalls().ifPresent(calls -> add("  about %.0f calls of the network for all", calls));
      addProblemsAndMasks(probe);
    }
  }

  private void addTrial() {
    if (!plan.trial().isEmpty()) {
      TrialResult trial = plan.trial();
      add(
          "Trial: %d rows, %d images in %s, and in %s once warm",
          trial.rows(),
          trial.images(),
          duration(trial.cold().seconds()),
          duration(trial.warm().seconds()));
      addProblemsAndMasks(trial);
    }
  }

  private void addProblemsAndMasks(TrialResult rows) {
    addProblems(rows.problems());
    long empty = rows.rowsWith(Note.MASK_EMPTY.name());
    long full = rows.rowsWith(Note.MASK_FULL.name());
    if (empty + full > 0) {
      add("    masks: %d empty, %d all white", empty, full);
    }
    long unclear = rows.rowsWith(Note.MASK_UNCLEAR.name());
    long stretched = rows.rowsWith(Note.MASK_STRETCHED.name());
    long turned = rows.rowsWith(Note.MASK_TURNED.name());
    if (unclear + stretched + turned > 0) {
      add("    masks: %d unclear, %d stretched, %d turned", unclear, stretched, turned);
    }
  }

  private void addForecast() {
    if (plan.forecast().isEmpty()) {
      lines.add("No forecast without a trial: add --trial " + 4 * plan.limits().maxImages());
      return;
    }
    Forecast forecast = plan.forecast().get();
    add(
        "Forecast: %s (devices: %d): %s to start, %s for the work list and statistics, %s to generate %d images",
        duration(forecast.seconds()),
        forecast.devices(),
        duration(forecast.startup()),
        duration(forecast.bookkeeping()),
        duration(forecast.inpainting()),
        forecast.images());
    String cost = plan.cost().map("; at that price %.2f"::formatted).orElse("");
    add("  %.4f device hours%s", forecast.deviceHours(), cost);
  }

  private void add(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values));
  }

  private static double fetchMillis(TrialResult rows) {
    return 1000 * rows.cold().sum(TrialResult.Result::fetchSeconds) / rows.rows();
  }

  private static String duration(double seconds) {
    if (seconds < MINUTE) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long rounded = Math.round(seconds);
    return rounded < HOUR
        ? "%d min %d s".formatted(rounded / MINUTE, rounded % MINUTE)
        : "%d h %d min".formatted(rounded / HOUR, rounded % HOUR / MINUTE);
  }
}
