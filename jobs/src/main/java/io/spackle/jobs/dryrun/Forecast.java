package io.spackle.jobs.dryrun;

import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.TrialResult.Pass;
import io.spackle.jobs.dryrun.TrialResult.Result;
import io.spackle.task.WorkShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The expected duration of a run.
 *
 * @param startup seconds from the command until the job is checked
 * @param bookkeeping seconds to compute the work list and the statistics
 * @param inpainting seconds to process the rows
 * @param images number of images that will be generated
 * @param devices number of devices that run the model
 */
public record Forecast(
    double startup, double bookkeeping, double inpainting, long images, int devices) {

  /**
   * The time of the work list and the statistics, relative to that of a survey: the queries are of
   * the same kind, so both are slow or fast together. Measured on runs of a few rows; for many rows
   * it is negligible.
   */
  private static final double BOOKKEEPING_PER_SURVEY = 2.4;

  /**
   * Durations that a plan and a run have in common.
   *
   * @param startup seconds until the job was checked
   * @param survey seconds of the survey of all rows
   */
  public record Measured(double startup, double survey) {}

  /**
   * Extrapolates a trial to all rows.
   *
   * @param trial of at least one row
   * @param fetches number of concurrent fetches per device
   */
  public static Forecast of(
      ManifestSurvey survey, TrialResult trial, Measured measured, int devices, int fetches) {
    List<Group> valid = survey.valid();
    long rows = survey.rows(Group::isValid);
    double successShare = 1 - (double) trial.failed() / trial.rows();
    double warm = trial.warm().seconds();
    double fetching = trial.cold().sum(Result::fetchSeconds) / trial.rows() * rows / fetches;
    double working = warm * scale(valid, trial.warm(), rows, successShare);
    double images = successShare * valid.stream().mapToLong(Group::images).sum();
    return new Forecast(
        measured.startup(),
        BOOKKEEPING_PER_SURVEY * measured.survey(),
        Math.max(0, trial.cold().seconds() - warm) + Math.max(working, fetching) / devices,
        Math.round(images),
        devices);
  }

  /** The work of all rows relative to that of the trial. */
  private static double scale(List<Group> valid, Pass trial, long rows, double successShare) {
    double done = trial.sum(Result::modelSeconds);
    if (done == 0) { // all masks of the trial are empty
      return (double) rows / trial.results().size();
    }
    Map<WorkShape, double[]> known = new HashMap<>(); // seconds and images
    double work = 0;
    for (Result result : trial.results()) {
      if (result.problem() == null) {
        double[] sums = known.computeIfAbsent(result.shape(), shape -> new double[2]);
        sums[0] += result.modelSeconds();
        sums[1] += result.images();
        work += result.shape().work() * result.images();
      }
    }
    double perWork = done / work;
    double all =
        valid.stream()
            .mapToDouble(group -> group.images() * perImage(group.shape(), known, perWork))
            .sum();
    return successShare * all / done;
  }

  /** Seconds per image: measured for shapes of the trial, estimated by work for others. */
  private static double perImage(WorkShape shape, Map<WorkShape, double[]> known, double perWork) {
    double[] sums = known.get(shape);
    return sums == null ? shape.work() * perWork : sums[0] / sums[1];
  }

  double seconds() {
    return startup + bookkeeping + inpainting;
  }

  /** Devices are occupied during the whole run. */
  double deviceHours() {
    return devices * seconds() / 3600;
  }

  double imagesPerSecond() {
    return images / seconds();
  }
}
