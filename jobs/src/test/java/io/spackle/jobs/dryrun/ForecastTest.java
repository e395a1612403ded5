package io.spackle.jobs.dryrun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.family.GuidanceSchedule;
import io.spackle.jobs.dryrun.Forecast.Measured;
import io.spackle.jobs.dryrun.ManifestSurvey.Group;
import io.spackle.jobs.dryrun.ManifestSurvey.Problem;
import io.spackle.jobs.dryrun.ManifestSurvey.State;
import io.spackle.jobs.dryrun.TrialResult.Pass;
import io.spackle.jobs.dryrun.TrialResult.Result;
import io.spackle.task.WorkShape;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ForecastTest {

  private static final WorkShape SMALL = shape(64, 10);
  private static final WorkShape LARGE = shape(128, 10);
  private static final Measured NOTHING = new Measured(0, 0);
  private static final int PLENTY = 1000;
  private static final Offset<Double> EXACTLY = within(1e-9);

  @Test
  void timeGrowsWithTheWorkAndWarmUpDoesNot() {
    TrialResult trial = trial(14, 10, inpainted(SMALL, 10, 0.8)); // 8 of 10 s in the model
    Forecast forecast = forecast(trial, NOTHING, 1, group(SMALL, 1000));
    assertThat(forecast.inpainting()).isCloseTo(4 + 1000, EXACTLY);
    assertThat(forecast.images()).isEqualTo(1000);
  }

  @Test
  void trialOfAllRowsForecastsItsFirstPass() {
    TrialResult trial = trial(14, 10, inpainted(SMALL, 10, 0.8));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 10)).inpainting()).isCloseTo(14, EXACTLY);
  }

  @Test
  void shapesTakeTheirMeasuredTimeAndOthersTheirEstimatedTime() {
    TrialResult trial = trial(10, 10, both(inpainted(SMALL, 2, 1), inpainted(LARGE, 2, 4)));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 30)).inpainting()).isCloseTo(30, EXACTLY);
    assertThat(forecast(trial, NOTHING, 1, group(LARGE, 30)).inpainting()).isCloseTo(120, EXACTLY);
    assertThat(forecast(trial, NOTHING, 1, group(shape(128, 5), 30)).inpainting())
        .as("half the steps")
        .isCloseTo(60, EXACTLY);
  }

  @Test
  void devicesShareTheWorkAndAreBilledForTheWholeRun() {
    TrialResult trial = trial(10, 10, inpainted(SMALL, 10, 1));
    Forecast forecast = forecast(trial, new Measured(100, 0), 4, group(SMALL, 4000));
    assertThat(forecast.seconds()).isCloseTo(100 + 1000, EXACTLY);
    assertThat(forecast.deviceHours()).isCloseTo(4 * 1100 / 3600.0, EXACTLY);
  }

  @Test
  void slowFetchesLimitAFastModel() {
    List<Result> fetched = Collections.nCopies(10, new Result(null, SMALL, 1, 0.1, 2.0, "", null));
    TrialResult trial = new TrialResult(List.of(new Pass(1, fetched), new Pass(1, fetched)));
    Forecast forecast =
        Forecast.of(new ManifestSurvey(List.of(group(SMALL, 100))), trial, NOTHING, 1, 4);
    assertThat(forecast.inpainting()).as("100 fetches of 2 s, 4 at a time").isCloseTo(50, EXACTLY);
  }

  @Test
  void failedRowsGenerateNoImages() {
    Problem gone = new Problem("FETCH_NOT_FOUND", 1, 1, "a", "gone");
    List<Result> failed = Collections.nCopies(5, new Result(gone, null, 0, 0, 0, "", null));
    TrialResult trial = trial(10, 10, both(inpainted(SMALL, 5, 1), failed));
    Forecast forecast = forecast(trial, NOTHING, 1, group(SMALL, 100));
    assertThat(forecast.images()).isEqualTo(50);
    assertThat(forecast.inpainting()).isCloseTo(100, EXACTLY);
  }

  @Test
  void rowsWithoutModelWorkTakeTheTimeOfTheirImages() {
    TrialResult trial = trial(2, 2, inpainted(SMALL, 4, 0));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 40)).inpainting()).isCloseTo(20, EXACTLY);
  }

  private static Forecast forecast(
      TrialResult trial, Measured measured, int devices, Group... groups) {
    return Forecast.of(new ManifestSurvey(List.of(groups)), trial, measured, devices, PLENTY);
  }

  private static TrialResult trial(double cold, double warm, List<Result> results) {
    return new TrialResult(List.of(new Pass(cold, results), new Pass(warm, results)));
  }

  private static List<Result> both(List<Result> some, List<Result> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static List<Result> inpainted(WorkShape shape, int rows, double modelSeconds) {
    return Collections.nCopies(rows, new Result(null, shape, 1, modelSeconds, 0, "", null));
  }

  private static Group group(WorkShape shape, long rows) {
    return new Group(State.NEW, null, shape, rows, rows);
  }

  private static WorkShape shape(int side, int steps) {
    return new WorkShape(
        new WorkShape.Canvas(side, side, false),
        steps,
        GuidanceSchedule.of(7.5),
        1,
        "DDIMScheduler",
        false);
  }
}
