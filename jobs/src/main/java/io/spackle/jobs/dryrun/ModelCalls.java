package io.spackle.jobs.dryrun;

import static java.util.stream.Collectors.groupingBy;

import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.TrialResult.Demand;
import io.spackle.jobs.dryrun.TrialResult.Result;
import io.spackle.task.WorkShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls of the network that a run will make, forecast from framed rows. Images share calls if
 * they have one canvas, which a crop around the mask decides: only the images tell it.
 *
 * <p>Batches are taken to be full while there are images for them, on one device.
 */
final class ModelCalls {

  private ModelCalls() {}

  /**
   * Images of one canvas.
   *
   * @param count how many are expected
   * @param calls of all of them, each alone
   * @param longest calls of one image
   */
  private record Images(double count, double calls, double longest) {

    Images plus(Images other) {
      return new Images(count + other.count, calls + other.calls, Math.max(longest, other.longest));
    }

    /** As many rounds of average length as there are batches, but no fewer calls than one image. */
    double shared(int maxImages) {
      return Math.max(Math.ceil(count / maxImages) * calls / count, Math.min(longest, calls));
    }
  }

  /**
   * The number of calls. Framed rows are extrapolated to all rows of the same shape; rows of a
   * shape that is not among them are taken to be like all of them, but for their steps.
   *
   * @param groups of valid rows
   * @param probe of at least one row
   * @param maxImages in a batch
   */
  static double expected(List<Group> groups, TrialResult probe, int maxImages) {
    List<Result> framed =
        probe.warm().results().stream().filter(row -> row.problem() == null).toList();
    Map<WorkShape, List<Result>> byShape = framed.stream().collect(groupingBy(Result::shape));
    double success = (double) framed.size() / probe.rows();
    Map<String, Images> images = new HashMap<>();
    for (Group group : groups) {
      List<Result> alike = byShape.getOrDefault(group.shape(), framed);
      double rows = success * group.rows() / alike.size();
      for (Result row : alike) {
        if (row.demand() != null) {
          images.merge(row.demand().canvas(), images(row, group.shape(), rows), Images::plus);
        }
      }
    }
    return images.values().stream().mapToDouble(alike -> alike.shared(maxImages)).sum();
  }

  /** The images of a number of rows like a framed one, with the steps of another shape. */
  private static Images images(Result row, WorkShape shape, double rows) {
    Demand demand = row.demand();
    double calls = (double) demand.calls() * shape.calls() / row.shape().calls();
    double count = rows * demand.images();
    return new Images(count, count * calls, calls);
  }
}
