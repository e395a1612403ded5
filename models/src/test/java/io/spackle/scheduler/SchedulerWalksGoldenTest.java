package io.spackle.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.golden.Goldens;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.TorchNoise;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trajectories compared with diffusers, with a closed formula as model: every row of
 * scheduler_walks.json, also from the middle of a schedule.
 */
class SchedulerWalksGoldenTest {

  private static final JsonNode GOLDEN = Goldens.json(Goldens.file("vectors/scheduler_walks.json"));
  private static final JsonNode OPTIONS =
      Goldens.json(Goldens.ownFile("vectors/scheduler_options.json"));
  private static final Shape SHAPE = Shape.of(1, 4, 2, 2);

  static Stream<Arguments> walks() {
    return rows(GOLDEN);
  }

  static Stream<Arguments> walksWithOptions() {
    return rows(OPTIONS);
  }

  private static Stream<Arguments> rows(JsonNode vectors) {
    return StreamSupport.stream(vectors.get("rows").spliterator(), false)
        .map(row -> Arguments.of(GoldenRow.name(row), row));
  }

  @Test
  void everyDiffusionSchedulerHasWalks() {
    assertThat(walks().count()).isGreaterThanOrEqualTo(430);
    assertThat(walksWithOptions().count()).isGreaterThanOrEqualTo(190);
    assertThat(walks().map(SchedulerWalksGoldenTest::scheduler).distinct())
        .containsExactlyInAnyOrderElementsOf(Schedulers.names(Schedulers.Kind.DIFFUSION));
    assertThat(walksWithOptions().map(SchedulerWalksGoldenTest::scheduler).distinct())
        .containsExactlyInAnyOrderElementsOf(Schedulers.names(Schedulers.Kind.DIFFUSION));
  }

  private static String scheduler(Arguments arguments) {
    return ((JsonNode) arguments.get()[1]).get("scheduler").asText();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("walks")
  void walkEqualsDiffusers(String name, JsonNode row) {
    assertWalk(GOLDEN, row);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("walksWithOptions")
  void walkWithOptionsEqualsDiffusers(String name, JsonNode row) {
    assertWalk(OPTIONS, row);
  }

  private static void assertWalk(JsonNode vectors, JsonNode row) {
    TorchNoise stream = TorchNoise.seeded(1234);
    FloatTensor clean = new FloatTensor(stream.next(SHAPE.size()), SHAPE);
    FloatTensor gaussian = new FloatTensor(stream.next(SHAPE.size()), SHAPE);
    int skipped = row.get("start_step").intValue();
    Run run =
        GoldenRow.scheduler(vectors, row).start(new Run.Spec(row.get("n").intValue(), skipped, 0));

    FloatTensor sample =
        skipped == 0
            ? Mix.of(run.initNoiseSigma(), gaussian).tensor()
            : run.addNoise(clean, gaussian, 0);
    assertClose(sample, row.get("first"), "first");
    assertThat(run.calls()).isEqualTo(row.get("samples").size()).isPositive();
    for (int call = 0; call < run.calls(); call++) {
      FloatTensor output = output(run.scaleInput(sample, call), call);
      sample = run.step(output, call, sample, new BatchNoise(List.of(stream)));
      assertClose(sample, row.get("samples").get(call), "sample " + call);
    }
  }

  /** The model that the walks were recorded with. */
  private static FloatTensor output(FloatTensor input, int call) {
    float[] output = new float[input.data().length];
    for (int i = 0; i < output.length; i++) {
      output[i] = 0.3f * input.data()[i] + 0.1f * (float) Math.cos(i + call);
    }
    return new FloatTensor(output, input.shape());
  }

  private static void assertClose(FloatTensor found, JsonNode expected, String what) {
    assertThat(found.data()).as(what).hasSize(expected.size()).isNotEmpty();
    for (int i = 0; i < expected.size(); i++) {
      float value = expected.get(i).floatValue();
      assertThat(found.data()[i])
          .as(what + ", value " + i)
          .isCloseTo(value, within(1e-4f * Math.max(1, Math.abs(value))));
    }
  }
}
