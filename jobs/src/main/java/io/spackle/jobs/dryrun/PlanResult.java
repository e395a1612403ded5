package io.spackle.jobs.dryrun;

import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.Problem;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.Summary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run of a job would do.
 *
 * @param rows number of rows of the manifest
 * @param skipped of the manifest
 * @param probe fetched and framed rows; empty unless requested
 * @param trial inpainted rows; empty unless requested
 * @param forecast empty without a trial
 */
public record PlanResult(
    long rows,
    List<Skipped> skipped,
    Limits limits,
    ManifestSurvey survey,
    TrialResult probe,
    TrialResult trial,
    Optional<Forecast> forecast) {

  /**
   * Settings of the job that results are judged by.
   *
   * @param maxImages maximum number of images in a batch
   * @param maxFailedShare share of rows that may fail, 0 to 1
   * @param price of one device for one hour, or null
   */
  public record Limits(int maxImages, double maxFailedShare, Double price) {}

  /** The result of a plan that failed: nothing is known. */
  public static final PlanResult EMPTY =
      new PlanResult(
          0,
          List.of(),
          new Limits(1, 1, null),
          new ManifestSurvey(List.of()),
          TrialResult.EMPTY,
          TrialResult.EMPTY,
          Optional.empty());

  /** The exit code of a run in which all rows succeed but those known to fail. */
  public ExitCode exit() {
    long before = survey.rows(group -> group.state() == State.FAILED);
    long toProcess = survey.rows(Group::isToProcess);
    boolean allFail = toProcess > 0 ? invalid() == toProcess : before > 0 && before == rows;
    boolean tooMany = invalid() + before > limits.maxFailedShare() * rows;
    return allFail || tooMany ? ExitCode.FAILURES : ExitCode.DONE;
  }

  /** The number of rows to process that would fail. */
  long invalid() {
    return survey.rows(group -> group.isToProcess() && !group.isValid());
  }

  long images() {
    return survey.valid().stream().mapToLong(Group::images).sum();
  }

  long batches() {
    return survey.valid().stream().mapToLong(this::batches).sum();
  }

  /** The number of batches of a group if all of them are full but the last. */
  long batches(Group group) {
    return (group.images() + limits.maxImages() - 1) / limits.maxImages();
  }

  /** The calls of the network that a run will make; empty without a probe. */
  Optional<Double> modelCalls() {
    return probe.isEmpty()
        ? Optional.empty()
        : Optional.of(ModelCalls.expected(survey.valid(), probe, limits.maxImages()));
  }

  /** The cost of the devices, in the currency of the price. */
  Optional<Double> cost() {
    return limits.price() == null
        ? Optional.empty()
        : forecast.map(time -> time.deviceHours() * limits.price());
  }

  /** The fields of the closing line that are specific to a plan; the keys are always the same. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows);
    fields.put("skipped", Skipped.counts(skipped));
    fields.put("to_do", survey.rows(Group::isToProcess));
    fields.put("again", survey.rows(group -> group.state() == State.RETRY));
    fields.put("changed_inputs", survey.rows(group -> group.state() == State.CHANGED));
    fields.put("done", survey.rows(group -> group.state() == State.DONE));
    fields.put("failed_before", survey.rows(group -> group.state() == State.FAILED));
    fields.put("bad", invalid());
    fields.put("errors", errors(survey.problems()));
    fields.put("images", images());
    fields.put("batches", batches());
    fields.put("probe", modelCalls().map(this::probe).orElse(null));
    fields.put("trial", trial.isEmpty() ? null : fields(trial));
    fields.put("forecast", forecast.map(this::fields).orElse(null));
    return fields;
  }

  private Map<String, Object> probe(double modelCalls) {
    Map<String, Object> fields = fields(probe);
    fields.put("model_calls", Math.round(modelCalls));
    return fields;
  }

  private static Map<String, Object> fields(TrialResult rows) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows.rows());
    fields.put("errors", errors(rows.problems()));
    fields.put("images", rows.images());
    fields.put("seconds", Summary.rounded(rows.warm().seconds()));
    return fields;
  }

  private Map<String, Object> fields(Forecast forecast) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seconds", Summary.rounded(forecast.seconds()));
    fields.put("images", forecast.images());
    fields.put("images_per_second", Summary.rounded(forecast.imagesPerSecond()));
    fields.put("devices", forecast.devices());
    fields.put("device_hours", Summary.rounded(forecast.deviceHours()));
    fields.put("cost", cost().map(Summary::rounded).orElse(null));
    return fields;
  }

  private static Map<String, Long> errors(List<Problem> problems) {
    Map<String, Long> errors = new LinkedHashMap<>();
    problems.forEach(problem -> errors.put(problem.code(), problem.rows()));
    return errors;
  }
}
