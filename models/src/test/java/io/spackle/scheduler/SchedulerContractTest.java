package io.spackle.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.spackle.scheduler.Schedulers.Kind;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.TorchNoise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of {@link Scheduler}, for all samplers. */
class SchedulerContractTest {

  private static final Shape ONE = Shape.of(1, 4, 3, 2);
  private static final int STEPS = 7;
  private static final int TOKENS = 96;

  @Test
  void allSamplersOfTheApiAndOfFluxExist() {
    assertThat(Schedulers.values()).hasSize(15);
    assertThat(Schedulers.names(Kind.DIFFUSION)).hasSize(14);
    assertThat(Schedulers.names(Kind.FLOW_MATCHING))
        .containsExactly("FlowMatchEulerDiscreteScheduler");
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void concurrentRunsAreIndependent(Schedulers scheduler) {
    Scheduler shared = scheduler.create(config(scheduler));
    Walk first = new Walk(shared.start(spec(STEPS, 0)), 1);
    Walk second = new Walk(shared.start(spec(STEPS, 2)), 2);
    while (first.step() | second.step()) {
      // alternate calls
    }
    assertThat(first.sample.data()).isEqualTo(walk(scheduler, spec(STEPS, 0), 1).data());
    assertThat(second.sample.data()).isEqualTo(walk(scheduler, spec(STEPS, 2), 2).data());
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void imageDoesNotDependOnItsBatch(Schedulers scheduler) {
    FloatTensor both = walk(scheduler, spec(STEPS, 0), 1, 2);
    assertThat(both.item(0).data()).isEqualTo(walk(scheduler, spec(STEPS, 0), 1).data());
    assertThat(both.item(1).data()).isEqualTo(walk(scheduler, spec(STEPS, 0), 2).data());
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void argumentsAreNotModified(Schedulers scheduler) {
    Run run = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
    List<FloatTensor> arguments = new ArrayList<>();
    List<float[]> copies = new ArrayList<>();
    FloatTensor sample = gaussian(4);
    for (int call = 0; call < run.calls(); call++) {
      FloatTensor output = gaussian(100 + call);
      for (FloatTensor tensor : List.of(sample, output)) {
        arguments.add(tensor);
        copies.add(tensor.data().clone());
      }
      run.scaleInput(sample, call);
      run.addNoise(sample, output, call);
      sample = run.step(output, call, sample, noise(5));
    }
    for (int i = 0; i < arguments.size(); i++) {
      assertThat(arguments.get(i).data()).isEqualTo(copies.get(i));
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void timestepsFallWithinTheTrainingRange(Schedulers scheduler) {
    Run run = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
    assertThat(run.calls()).isGreaterThanOrEqualTo(STEPS);
    for (int call = 0; call < run.calls(); call++) {
      assertThat(run.timestep(call)).isBetween(0f, 1000f);
      assertThat(run.timestep(call))
          .isLessThanOrEqualTo(call == 0 ? 1000f : run.timestep(call - 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void skippedStepsAreOmittedAtTheNoisyEnd(Schedulers scheduler) {
    Scheduler loaded = scheduler.create(config(scheduler));
    Run complete = loaded.start(spec(STEPS, 0));
    for (int skipped = 1; skipped < STEPS; skipped++) {
      Run rest = loaded.start(spec(STEPS, skipped));
      int remaining = complete.calls() - skipped * loaded.order();
      assertThat(rest.calls()).isEqualTo(remaining).isPositive();
      for (int call = 0; call < rest.calls(); call++) {
        assertThat(rest.timestep(call))
            .isEqualTo(complete.timestep(call + skipped * loaded.order()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void noiseOverSignalDecreases(Schedulers scheduler) {
    Run run = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
    FloatTensor unit = new FloatTensor(new float[] {1}, Shape.of(1, 1));
    FloatTensor none = new FloatTensor(new float[] {0}, Shape.of(1, 1));
    float last = Float.POSITIVE_INFINITY;
    for (int call = 0; call < run.calls(); call++) {
      float signal = run.addNoise(unit, none, call).data()[0];
      float ratio = run.addNoise(none, unit, call).data()[0] / signal;
      assertThat(ratio).isPositive().isLessThanOrEqualTo(last);
      last = ratio;
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void aRunStartsFromNoiseIfNothingOfTheCleanSampleIsLeft(Schedulers scheduler) {
    for (int skipped : List.of(0, 3)) {
      Run run = scheduler.create(config(scheduler)).start(spec(STEPS, skipped));
      float[] one = run.addNoise(gaussian(1), gaussian(9), 0).data();
      float[] other = run.addNoise(gaussian(2), gaussian(9), 0).data();
      assertThat(Arrays.equals(one, other)).isEqualTo(run.startsFromNoise());
      assertThat(run.startsFromNoise())
          .as("%d steps skipped", skipped)
          .isEqualTo(scheduler.kind() == Kind.FLOW_MATCHING && skipped == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void shortRunsAreFinite(Schedulers scheduler) {
    for (int steps = 1; steps <= 4; steps++) {
      for (int skipped = 0; skipped < steps; skipped++) {
        assertThat(walk(scheduler, spec(steps, skipped), 3).isFinite()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void callsAreCheckedForRangeAndOrder(Schedulers scheduler) {
    Run run = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
    FloatTensor sample = gaussian(1);
    assertThatThrownBy(() -> run.timestep(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run.timestep(run.calls()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run.scaleInput(sample, run.calls()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run.addNoise(sample, sample, run.calls()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> run.step(sample, 1, sample, noise(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("call 1")
        .hasMessageContaining("call 0");
    run.step(sample, 0, sample, noise(1));
    assertThatThrownBy(() -> run.step(sample, 0, sample, noise(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void outputsOfAnotherShapeAreRejected(Schedulers scheduler) {
    Run run = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
    FloatTensor other = FloatTensor.zeros(Shape.of(1, 4, 2, 3));
    assertThatThrownBy(() -> run.step(other, 0, gaussian(1), noise(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[1, 4, 3, 2]")
        .hasMessageContaining("[1, 4, 2, 3]");
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void unsupportedFeaturesAreRejectedByName(Schedulers scheduler) {
    Map<String, Object> unsupported =
        scheduler.kind() == Kind.DIFFUSION
            ? Map.of("prediction_type", "flow", "beta_schedule", "wavy")
            : Map.of("time_shift_type", "wavy", "use_karras_sigmas", true);
    unsupported.forEach(
        (key, value) ->
            assertThatThrownBy(
                    () -> scheduler.create(config(scheduler).withOverrides(Map.of(key, value))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(scheduler.className())
                .hasMessageContaining(key)
                .hasMessageContaining(value.toString())
                .hasMessageContaining("expected"));
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void moreStepsThanTrainingTimestepsAreRejected(Schedulers scheduler) {
    if (scheduler.kind() == Kind.FLOW_MATCHING) {
      return; // time is continuous there
    }
    Scheduler loaded = scheduler.create(config(scheduler));
    assertThatThrownBy(() -> loaded.start(spec(1001, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at most");
  }

  @ParameterizedTest
  @EnumSource(Schedulers.class)
  void karrasSigmasAreSupportedOrRejected(Schedulers scheduler) {
    SchedulerConfig karras = config(scheduler).withKarrasSigmas(true);
    List<Schedulers> without =
        List.of(
            Schedulers.DDPM,
            Schedulers.DDIM,
            Schedulers.PNDM,
            Schedulers.EULER_ANCESTRAL,
            Schedulers.LCM,
            Schedulers.FLOW_MATCH_EULER);
    if (without.contains(scheduler)) {
      assertThatThrownBy(() -> scheduler.create(karras))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("use_karras_sigmas is true");
    } else {
      Run plain = scheduler.create(config(scheduler)).start(spec(STEPS, 0));
      Run warped = scheduler.create(karras).start(spec(STEPS, 0));
      assertThat(warped.timestep(2)).isNotEqualTo(plain.timestep(2));
    }
  }

  /** Without PNDM: it combines outputs of several timesteps before it interprets them. */
  static Stream<Arguments> equivalentPredictions() {
    return Schedulers.names(Kind.DIFFUSION).stream()
        .map(Schedulers::of)
        .filter(scheduler -> scheduler != Schedulers.PNDM)
        .flatMap(
            scheduler ->
                Stream.of("v_prediction", "sample").map(type -> Arguments.of(scheduler, type)));
  }

  /** Models with the same clean sample lead to the same result with any prediction type. */
  @ParameterizedTest
  @MethodSource("equivalentPredictions")
  void predictionTypesAreEquivalent(Schedulers scheduler, String type) {
    float[] epsilon = constantClean(scheduler, "epsilon").data();
    float[] other = constantClean(scheduler, type).data();
    for (int i = 0; i < epsilon.length; i++) {
      assertThat(other[i]).isCloseTo(epsilon[i], within(2e-3f));
    }
  }

  /** The result with a model that always predicts the same clean sample. */
  private static FloatTensor constantClean(Schedulers scheduler, String type) {
    SchedulerConfig config = config(scheduler).withOverrides(Map.of("prediction_type", type));
    Run run = scheduler.create(config).start(spec(STEPS, 0));
    FloatTensor clean = gaussian(8);
    BatchNoise noise = noise(9);
    FloatTensor sample = run.addNoise(clean, gaussian(10), 0);
    for (int call = 0; call < run.calls(); call++) {
      FloatTensor input = run.scaleInput(sample, call);
      double signal = run.levels().signal()[call] * run.levels().inputScale()[call];
      double deviation = Math.sqrt(1 - signal * signal);
      FloatTensor epsilon = Mix.of(1 / deviation, input).plus(-signal / deviation, clean).tensor();
      FloatTensor output =
          switch (type) {
            case "epsilon" -> epsilon;
            case "v_prediction" -> Mix.of(signal, epsilon).plus(-deviation, clean).tensor();
            default -> clean;
          };
      sample = run.step(output, call, sample, noise);
    }
    return sample;
  }

  private static SchedulerConfig config(Schedulers scheduler) {
    SchedulerConfig empty = SchedulerConfig.of(JsonNodeFactory.instance.objectNode());
    return scheduler.kind() == Kind.FLOW_MATCHING
        ? empty.withOverrides(Map.of("use_dynamic_shifting", true))
        : empty.withOverrides(
            Map.of(
                "beta_start",
                0.00085,
                "beta_end",
                0.012,
                "beta_schedule",
                "scaled_linear",
                "clip_sample",
                false,
                "skip_prk_steps",
                true));
  }

  private static Run.Spec spec(int steps, int skipped) {
    return new Run.Spec(steps, skipped, TOKENS);
  }

  private static FloatTensor gaussian(long seed) {
    return noise(seed).draw(ONE);
  }

  private static BatchNoise noise(long... seeds) {
    List<TorchNoise> sources = new ArrayList<>();
    for (long seed : seeds) {
      sources.add(TorchNoise.seeded(seed));
    }
    return new BatchNoise(sources);
  }

  private static FloatTensor walk(Schedulers scheduler, Run.Spec spec, long... seeds) {
    Walk walk = new Walk(scheduler.create(config(scheduler)).start(spec), seeds);
    while (walk.step()) {
      // to the end
    }
    return walk.sample;
  }

  /** A run with images of the given seeds and a model that depends on every sample. */
  private static final class Walk {

    private final Run run;
    private final BatchNoise noise;
    private FloatTensor sample;
    private int call;

    Walk(Run run, long... seeds) {
      this.run = run;
      this.noise = noise(seeds);
      this.sample = Mix.of(run.initNoiseSigma(), noise.draw(ONE)).tensor();
    }

    /** Makes one call, unless all calls are made. */
    boolean step() {
      if (call == run.calls()) {
        return false;
      }
      FloatTensor input = run.scaleInput(sample, call);
      float[] output = new float[input.data().length];
      for (int i = 0; i < output.length; i++) {
        output[i] = (float) Math.tanh(input.data()[i]) + 0.01f * call;
      }
      sample = run.step(new FloatTensor(output, input.shape()), call, sample, noise);
      call++;
      return true;
    }
  }
}
