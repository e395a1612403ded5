package io.spackle.jobs.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.family.GuidanceSchedule;
import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.Problem;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import io.spackle.jobs.dryrun.TrialResult.Demand;
import io.spackle.jobs.dryrun.TrialResult.Pass;
import io.spackle.jobs.dryrun.TrialResult.Result;
import io.spackle.task.WorkShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelCallsTest {

  private static final int BATCH = 4;
  private static final WorkShape TEN = shape(10, 1);
  private static final String SMALL = "64 x 64";
  private static final String LARGE = "128 x 128";

  @Test
  void imagesOfOneCanvasShareCalls() {
    assertThat(calls(List.of(group(TEN, 400)), framed(TEN, 1, 10, SMALL))).isEqualTo(1000);
  }

  @Test
  void theLastBatchIsNotFull() {
    assertThat(calls(List.of(group(TEN, 5)), framed(TEN, 1, 10, SMALL))).isEqualTo(20);
  }

  @Test
  void canvasesAreAsFrequentAsAmongTheFramedRows() {
    Result small = framed(TEN, 1, 10, SMALL);
    assertThat(calls(List.of(group(TEN, 400)), small, small, small, framed(TEN, 1, 10, LARGE)))
        .isEqualTo(1000);
    assertThat(calls(List.of(group(TEN, 4)), small, small, small, framed(TEN, 1, 10, LARGE)))
        .as("three of one canvas and one of another")
        .isEqualTo(20);
  }

  @Test
  void samplesAndSecondOrderSchedulersCount() {
    assertThat(calls(List.of(group(TEN, 400)), framed(TEN, 2, 19, SMALL))).isEqualTo(3800);
  }

  @Test
  void rowsOfOtherShapesAreTakenToBeAlikeButForTheirSteps() {
    assertThat(calls(List.of(group(shape(20, 0.25), 400)), framed(TEN, 1, 10, SMALL)))
        .isEqualTo(500);
  }

  @Test
  void rowsThatNeedNoModelAndRowsThatFailTakeNoCalls() {
    Result empty = new Result(null, TEN, 0, 0, 0, "MASK_EMPTY", null);
    Problem gone = new Problem("FETCH_NOT_FOUND", 1, 1, "a", "gone");
    Result failed = new Result(gone, null, 0, 0, 0, "", null);
    Result framed = framed(TEN, 1, 10, SMALL);
    assertThat(calls(List.of(group(TEN, 400)), framed, empty)).isEqualTo(500);
    assertThat(calls(List.of(group(TEN, 400)), framed, failed, failed, failed)).isEqualTo(250);
    assertThat(calls(List.of(group(TEN, 400)), failed)).isZero();
  }

  private static double calls(List<Group> groups, Result... probed) {
    TrialResult probe = new TrialResult(List.of(new Pass(1, List.of(probed))));
    return ModelCalls.expected(groups, probe, BATCH);
  }

  private static Result framed(WorkShape shape, int images, int calls, String canvas) {
    return new Result(null, shape, 0, 0, 0, "", new Demand(images, calls, canvas));
  }

  private static Group group(WorkShape shape, long rows) {
    return new Group(State.NEW, null, shape, rows, rows);
  }

  private static WorkShape shape(int steps, double strength) {
    return new WorkShape(
        new WorkShape.Canvas(64, 64, false),
        steps,
        GuidanceSchedule.of(7.5),
        strength,
        "DDIMScheduler",
        false);
  }
}
