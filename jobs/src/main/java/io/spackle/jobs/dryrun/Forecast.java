package io.spackle.jobs.dryrun;

import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.TrialResult.Pass;
import io.spackle.jobs.dryrun.TrialResult.Result;
import io.spackle.task.WorkShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a run will take.
 *
 * @param starting seconds from the command to the first look at the rows
 * @param keeping seconds for finding out which rows are left and counting what became of them
 * @param painting seconds in between
 * @param images that will be painted
 * @param devices that will paint
 */
public record Forecast(double starting, double keeping, double painting, long images, int devices) {

  /**
   * What a run spends on its work list and its results, in times that looking at all rows takes:
   * the queries are of the same kind, so that both are slow where one is. Measured on runs of a few
   * rows; of many, painting takes so long that this does not count.
   */
  private static final double KEEPING = 2.4;

  /**
   * How long the parts of the plan took that a run has, too.
   *
   * @param starting seconds until the job was checked
   * @param survey seconds of looking at all rows
   */
  public record Measured(double starting, double survey) {}

  /**
   * Foretells from a trial.
   *
   * @param trial of at least one row
   * @param fetches that run at the same time on each device
   */
  public static Forecast of(
      ManifestSurvey survey, TrialResult trial, Measured measured, int devices, int fetches) {
    List<Group> toPaint = survey.toPaint();
    long rows = survey.rows(Group::isToPaint);
    double share = 1 - (double) trial.failed() / trial.rows();
    double warm = trial.warm().seconds();
    double fetching = trial.cold().sum(Result::fetchSeconds) / trial.rows() * rows / fetches;
    double working = warm * scale(toPaint, trial.warm(), rows, share);
    double images = share * toPaint.stream().mapToLong(Group::images).sum();
    return new Forecast(
        measured.starting(),
        KEEPING * measured.survey(),
        Math.max(0, trial.cold().seconds() - warm) + Math.max(working, fetching) / devices,
        Math.round(images),
        devices);
  }

  /** How much more there is to do than the trial did. */
  private static double scale(List<Group> toPaint, Pass trial, long rows, double share) {
    double done = trial.sum(Result::modelSeconds);
    if (done == 0) { // no image has anything to repaint
      return (double) rows / trial.results().size();
    }
    Map<WorkShape, double[]> known = new HashMap<>(); // seconds and images
    double work = 0;
    for (Result result : trial.results()) {
      if (result.fault() == null) {
        double[] sums = known.computeIfAbsent(result.shape(), shape -> new double[2]);
        sums[0] += result.modelSeconds();
        sums[1] += result.images();
        work += result.shape().work() * result.images();
      }
    }
    double perWork = done / work;
    double all =
        toPaint.stream()
            .mapToDouble(group -> group.images() * perImage(group.shape(), known, perWork))
            .sum();
    return share * all / done;
  }

  private static double perImage(WorkShape shape, Map<WorkShape, double[]> known, double perWork) {
    double[] sums = known.get(shape);
    return sums == null ? shape.work() * perWork : sums[0] / sums[1];
  }

  double seconds() {
    return starting + keeping + painting;
  }

  /** Devices are held from the start to the end. */
  double deviceHours() {
    return devices * seconds() / 3600;
  }

  double imagesPerSecond() {
    return images / seconds();
  }
}
