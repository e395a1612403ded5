package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.jobs.Forecast.Measured;
import io.spackle.jobs.Rehearsed.Pass;
import io.spackle.jobs.Rehearsed.Result;
import io.spackle.jobs.Survey.Group;
import io.spackle.jobs.Survey.State;
import io.spackle.stage.Shape;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ForecastTest {

  private static final Shape SMALL = shape(64, 10);
  private static final Shape LARGE = shape(128, 10);
  private static final Measured NOTHING = new Measured(0, 0);
  private static final int PLENTY = 1000;
  private static final Offset<Double> EXACTLY = within(1e-9);

  @Test
  void timeGrowsWithTheModelsWorkAndTheWarmingUpDoesNot() {
    Rehearsed trial = trial(14, 10, painted(SMALL, 10, 0.8)); // 8 of 10 seconds in the model
    Forecast forecast = forecast(trial, NOTHING, 1, group(SMALL, 1000));
    assertThat(forecast.painting()).isCloseTo(4 + 1000, EXACTLY);
    assertThat(forecast.images()).isEqualTo(1000);
  }

  @Test
  void aTrialOfAllRowsForetellsItsOwnFirstPass() {
    Rehearsed trial = trial(14, 10, painted(SMALL, 10, 0.8));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 10)).painting()).isCloseTo(14, EXACTLY);
  }

  @Test
  void eachShapeTakesItsOwnTimeAndOthersByTheirPixelsAndSteps() {
    Rehearsed trial = trial(10, 10, both(painted(SMALL, 2, 1), painted(LARGE, 2, 4)));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 30)).painting()).isCloseTo(30, EXACTLY);
    assertThat(forecast(trial, NOTHING, 1, group(LARGE, 30)).painting()).isCloseTo(120, EXACTLY);
    assertThat(forecast(trial, NOTHING, 1, group(shape(128, 5), 30)).painting())
        .as("half the steps")
        .isCloseTo(60, EXACTLY);
  }

  @Test
  void devicesShareThePaintingAndCostFromTheStartToTheEnd() {
    Rehearsed trial = trial(10, 10, painted(SMALL, 10, 1));
    Forecast forecast = forecast(trial, new Measured(100, 0), 4, group(SMALL, 4000));
    assertThat(forecast.seconds()).isCloseTo(100 + 1000, EXACTLY);
    assertThat(forecast.deviceHours()).isCloseTo(4 * 1100 / 3600.0, EXACTLY);
  }

  @Test
  void slowFetchesHoldAFastModelUp() {
    List<Result> fetched = Collections.nCopies(10, new Result(null, SMALL, 1, 0.1, 2.0, ""));
    Rehearsed trial = new Rehearsed(List.of(new Pass(1, fetched), new Pass(1, fetched)));
    Forecast forecast = Forecast.of(new Survey(List.of(group(SMALL, 100))), trial, NOTHING, 1, 4);
    assertThat(forecast.painting()).as("100 fetches of 2 s, 4 at a time").isCloseTo(50, EXACTLY);
  }

  @Test
  void rowsThatFailAreNotPainted() {
    Fault gone = new Fault("FETCH_NOT_FOUND", 1, 1, "a", "gone");
    List<Result> failed = Collections.nCopies(5, new Result(gone, null, 0, 0, 0, ""));
    Rehearsed trial = trial(10, 10, both(painted(SMALL, 5, 1), failed));
    Forecast forecast = forecast(trial, NOTHING, 1, group(SMALL, 100));
    assertThat(forecast.images()).isEqualTo(50);
    assertThat(forecast.painting()).isCloseTo(100, EXACTLY);
  }

  @Test
  void rowsThatNeedNoModelTakeTheTimeOfTheirPictures() {
    Rehearsed trial = trial(2, 2, painted(SMALL, 4, 0));
    assertThat(forecast(trial, NOTHING, 1, group(SMALL, 40)).painting()).isCloseTo(20, EXACTLY);
  }

  private static Forecast forecast(
      Rehearsed trial, Measured measured, int devices, Group... groups) {
    return Forecast.of(new Survey(List.of(groups)), trial, measured, devices, PLENTY);
  }

  private static Rehearsed trial(double cold, double warm, List<Result> results) {
    return new Rehearsed(List.of(new Pass(cold, results), new Pass(warm, results)));
  }

  private static List<Result> both(List<Result> some, List<Result> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static List<Result> painted(Shape shape, int rows, double modelSeconds) {
    return Collections.nCopies(rows, new Result(null, shape, 1, modelSeconds, 0, ""));
  }

  private static Group group(Shape shape, long rows) {
    return new Group(State.NEW, null, shape, rows, rows);
  }

  private static Shape shape(int side, int steps) {
    return new Shape(side, side, steps, 7.5, 1, "DDIMScheduler", false);
  }
}
