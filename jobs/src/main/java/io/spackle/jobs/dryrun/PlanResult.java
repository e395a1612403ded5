package io.spackle.jobs.dryrun;

import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.Summary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run of a job would do.
 *
 * @param rows of the manifest
 * @param maxImages images of a batch, at most
 * @param probe rows that were fetched and framed; empty unless asked for
 * @param trial rows that were painted; empty unless asked for
 */
public record PlanResult(
    long rows,
    int maxImages,
    double maxFailedShare,
    ManifestSurvey survey,
    TrialResult probe,
    TrialResult trial,
    Optional<Forecast> forecast,
    Double price) {

  /** Nothing is known. */
  public static final PlanResult NOTHING =
      new PlanResult(
          0,
          1,
          1,
          new ManifestSurvey(List.of()),
          TrialResult.NOTHING,
          TrialResult.NOTHING,
          Optional.empty(),
          null);

  /** How a run would end as far as rows can tell that were looked at. */
  public ExitCode exit() {
    long failed = bad() + survey.rows(group -> group.state() == State.FAILED);
    return failed > maxFailedShare * rows ? ExitCode.FAILURES : ExitCode.DONE;
  }

  /** Rows that are to be done and cannot be painted. */
  long bad() {
    return survey.rows(group -> group.isToDo() && !group.isToPaint());
  }

  long images() {
    return survey.toPaint().stream().mapToLong(Group::images).sum();
  }

  long batches() {
    return survey.toPaint().stream().mapToLong(this::batches).sum();
  }

  /** Batches of a kind of rows, if no image has to go without others of its shape. */
  long batches(Group group) {
    return (group.images() + maxImages - 1) / maxImages;
  }

  /** What the devices cost, in the currency of the price. */
  Optional<Double> cost() {
    return price == null ? Optional.empty() : forecast.map(it -> it.deviceHours() * price);
  }

  /** The closing line's own part: the same keys, whatever is known. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows);
    fields.put("to_do", survey.rows(Group::isToDo));
    fields.put("again", survey.rows(group -> group.state() == State.AGAIN));
    fields.put("done", survey.rows(group -> group.state() == State.DONE));
    fields.put("failed_before", survey.rows(group -> group.state() == State.FAILED));
    fields.put("bad", bad());
    fields.put("errors", errors(survey.faults()));
    fields.put("images", images());
    fields.put("batches", batches());
    fields.put("probe", probe.isEmpty() ? null : fields(probe));
    fields.put("trial", trial.isEmpty() ? null : fields(trial));
    fields.put("forecast", forecast.map(this::fields).orElse(null));
    return fields;
  }

  private static Map<String, Object> fields(TrialResult rows) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows.rows());
    fields.put("errors", errors(rows.faults()));
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

  private static Map<String, Long> errors(List<RowProblem> faults) {
    Map<String, Long> errors = new LinkedHashMap<>();
    faults.forEach(fault -> errors.put(fault.code(), fault.rows()));
    return errors;
  }
}
