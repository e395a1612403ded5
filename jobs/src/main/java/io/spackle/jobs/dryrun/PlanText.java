package io.spackle.jobs.dryrun;

import io.spackle.conf.ConfEntry;
import io.spackle.family.Note;
import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan for people, line by line. */
public final class PlanText {

  private static final int MOST_SHAPES = 10;
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;

  private final PlanResult plan;
  private final List<String> lines = new ArrayList<>();

  private PlanText(PlanResult plan) {
    this.plan = plan;
  }

  /**
   * What is set, and where.
   *
   * @param all also what is left at its default
   */
  public static List<String> configuration(List<ConfEntry> settings, boolean all) {
    List<String> lines = new ArrayList<>();
    lines.add("Configuration:");
    settings.stream()
        .filter(setting -> all || !setting.isDefault())
        .forEach(setting -> lines.add("  " + setting));
    long hidden = all ? 0 : settings.stream().filter(ConfEntry::isDefault).count();
    if (hidden > 0) {
      lines.add("  and %d keys as in conf/reference.conf (--all-keys)".formatted(hidden));
    }
    return lines;
  }

  /** All that was found out. */
  public static List<String> of(PlanResult plan) {
    PlanText text = new PlanText(plan);
    text.rows();
    text.shapes();
    text.probe();
    text.trial();
    text.forecast();
    return text.lines;
  }

  private void rows() {
    ManifestSurvey survey = plan.survey();
    add(
        "Rows: %d; %d done, %d failed before and left at that; %d to do, %d of them once more",
        plan.rows(),
        survey.rows(group -> group.state() == State.DONE),
        survey.rows(group -> group.state() == State.FAILED),
        survey.rows(Group::isToDo),
        survey.rows(group -> group.state() == State.AGAIN));
    if (plan.bad() > 0) {
      add("  %d of these cannot be painted:", plan.bad());
      faults(survey.faults());
    }
  }

  private void faults(List<RowProblem> faults) {
    faults.forEach(fault -> lines.add("    " + fault));
  }

  private void shapes() {
    List<Group> shapes = plan.survey().toPaint();
    add("Images: %d, in %d batches or more", plan.images(), plan.batches());
    shapes.stream()
        .limit(MOST_SHAPES)
        .forEach(
            group ->
                add(
                    "  %s: %d rows, %d images, %d batches",
                    group.shape(), group.rows(), group.images(), plan.batches(group)));
    if (shapes.size() > MOST_SHAPES) {
      add("  and %d further shapes", shapes.size() - MOST_SHAPES);
    }
  }

  private void probe() {
    if (!plan.probe().isEmpty()) {
      TrialResult probe = plan.probe();
      add(
          "Probe: %d rows fetched, decoded and framed in %s, %.0f ms of fetching each",
          probe.rows(), duration(probe.warm().seconds()), fetchMillis(probe));
      notes(probe);
    }
  }

  private void trial() {
    if (!plan.trial().isEmpty()) {
      TrialResult trial = plan.trial();
      add(
          "Trial: %d rows, %d images in %s, and in %s once warm",
          trial.rows(),
          trial.images(),
          duration(trial.cold().seconds()),
          duration(trial.warm().seconds()));
      notes(trial);
    }
  }

  private void notes(TrialResult rows) {
    faults(rows.faults());
    long empty = rows.noted(Note.MASK_EMPTY.name());
    long full = rows.noted(Note.MASK_FULL.name());
    if (empty + full > 0) {
      add("    masks: %d empty, %d white all over", empty, full);
    }
  }

  private void forecast() {
    if (plan.forecast().isEmpty()) {
      lines.add("No forecast: that takes a trial, such as --trial " + 4 * plan.maxImages());
      return;
    }
    Forecast forecast = plan.forecast().get();
    add(
        "Forecast: %s (devices: %d): %s to start, %s for lists and counts, %s to paint %d images",
        duration(forecast.seconds()),
        forecast.devices(),
        duration(forecast.starting()),
        duration(forecast.keeping()),
        duration(forecast.painting()),
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
    long whole = Math.round(seconds);
    return whole < HOUR
        ? "%d min %d s".formatted(whole / MINUTE, whole % MINUTE)
        : "%d h %d min".formatted(whole / HOUR, whole % HOUR / MINUTE);
  }
}
