package io.spackle.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, defaults and validation of scheduler_config.json. */
class SchedulerConfigTest {

  @ParameterizedTest
  @ValueSource(strings = {"DDIMScheduler", "DDIM", "ddim", " ddimscheduler "})
  void samplersAreFoundWithOrWithoutSuffixInAnyCase(String name) {
    assertThat(Schedulers.of(name)).isEqualTo(Schedulers.DDIM);
  }

  @Test
  void everyClassNameIsFound() {
    for (Schedulers scheduler : Schedulers.values()) {
      assertThat(Schedulers.of(scheduler.className())).isEqualTo(scheduler);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Karras", "", "DDI", "Scheduler"})
  void unknownNamesAreRejectedWithTheKnownOnes(String name) {
    assertThatThrownBy(() -> Schedulers.of(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining("DDPMScheduler")
        .hasMessageContaining("FlowMatchEulerDiscreteScheduler");
  }

  @Test
  void absentAndNullKeysHaveTheDefaultOfTheCaller() {
    SchedulerConfig config = config("{\"a\": null}");
    for (String key : List.of("a", "b")) {
      assertThat(config.number(key, 1.5)).isEqualTo(1.5);
      assertThat(config.integer(key, 3)).isEqualTo(3);
      assertThat(config.flag(key, true)).isTrue();
      assertThat(config.choice(key, "x", List.of("x", "y"))).isEqualTo("x");
      assertThat(config.numbers(key)).isEmpty();
      config.reject(key);
    }
  }

  @Test
  void overridesDoNotModifyTheOriginal() {
    SchedulerConfig config = config("{\"a\": 1, \"b\": 2, \"use_karras_sigmas\": false}");
    Map<String, Object> overrides = new HashMap<>();
    overrides.put("a", 5);
    overrides.put("b", null);
    overrides.put("c", List.of(0.5, 1));
    SchedulerConfig changed = config.withOverrides(overrides).withKarrasSigmas(true);
    assertThat(changed.integer("a", 0)).isEqualTo(5);
    assertThat(changed.integer("b", 7)).isEqualTo(7);
    assertThat(changed.numbers("c")).containsExactly(0.5, 1);
    assertThat(changed.flag("use_karras_sigmas", false)).isTrue();
    assertThat(config).isEqualTo(config("{\"a\": 1, \"b\": 2, \"use_karras_sigmas\": false}"));
  }

  @Test
  void classNameIsRead() {
    assertThat(config("{\"_class_name\": \"DDIMScheduler\"}").className())
        .isEqualTo("DDIMScheduler");
    assertThatThrownBy(() -> config("{}").className())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("_class_name");
    assertThatThrownBy(() -> config("[1]")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DDIM | timestep_spacing | \"uneven\"",
        "DDIM | beta_schedule | \"sigmoid\"",
        "DDIM | thresholding | true",
        "DDIM | beta_start | \"small\"",
        "DDIM | steps_offset | 0.5",
        "DDIM | clip_sample | \"no\"",
        "DDIM | trained_betas | \"some.npy\"",
        "DDIM | num_train_timesteps | 1",
        "DDPM | variance_type | \"learned\"",
        "PNDM | prediction_type | \"sample\"",
        "PNDM | skip_prk_steps | false",
        "PNDM | rescale_betas_zero_snr | true",
        "LMSDiscrete | use_exponential_sigmas | true",
        "EulerDiscrete | use_beta_sigmas | true",
        "EulerDiscrete | interpolation_type | \"log_linear\"",
        "EulerDiscrete | timestep_type | \"continuous\"",
        "EulerDiscrete | final_sigmas_type | \"half\"",
        "EulerDiscrete | sigma_max | 120",
        "HeunDiscrete | clip_sample | true",
        "DPMSolverMultistep | algorithm_type | \"dpmsolver\"",
        "DPMSolverMultistep | solver_type | \"euler\"",
        "DPMSolverMultistep | solver_order | 4",
        "DPMSolverMultistep | lambda_min_clipped | -5.1",
        "DPMSolverMultistep | use_flow_sigmas | true",
        "DPMSolverSinglestep | algorithm_type | \"sde-dpmsolver++\"",
        "UniPCMultistep | predict_x0 | false",
        "UniPCMultistep | disable_corrector | [0]",
        "UniPCMultistep | lower_order_final | false",
        "UniPCMultistep | solver_type | \"bh3\"",
        "DEISMultistep | algorithm_type | \"sde-dpmsolver++\"",
        "FlowMatchEulerDiscrete | shift_terminal | 0.02",
        "FlowMatchEulerDiscrete | stochastic_sampling | true",
      })
  void unsupportedValuesAreRejected(String name, String key, String value) {
    String skip = key.equals("skip_prk_steps") ? "" : ", \"skip_prk_steps\": true";
    SchedulerConfig config = config("{\"" + key + "\": " + value + skip + "}");
    assertThatThrownBy(() -> Schedulers.of(name).create(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(Schedulers.of(name).className() + ": " + key + " is " + value)
        .hasMessageContaining(", expected ");
  }

  /** Occurs when a bundle saved with one sampler runs with another. */
  @ParameterizedTest
  @CsvSource({
    "DPMSolverMultistep, deis, logrho",
    "DPMSolverSinglestep, deis, bh2",
    "UniPCMultistep, dpmsolver++, midpoint",
    "DEISMultistep, dpmsolver++, heun",
  })
  void valuesOfRelatedSamplersSelectTheDefault(String name, String algorithm, String solver) {
    Scheduler plain = Schedulers.of(name).create(config("{}"));
    Scheduler sibling =
        Schedulers.of(name)
            .create(
                config(
                    "{\"algorithm_type\": \"%s\", \"solver_type\": \"%s\"}"
                        .formatted(algorithm, solver)));
    Run.Spec spec = Run.Spec.ofSteps(5);
    assertThat(sibling.start(spec).timestep(3)).isEqualTo(plain.start(spec).timestep(3));
  }

  @Test
  void dynamicShiftingNeedsTheNumberOfImageTokens() {
    Scheduler scheduler =
        Schedulers.FLOW_MATCH_EULER.create(config("{\"use_dynamic_shifting\": true}"));
    assertThatThrownBy(() -> scheduler.start(Run.Spec.ofSteps(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image tokens");
  }

  @Test
  void fixedShiftAppliesWithoutDynamicShifting() {
    Scheduler scheduler = Schedulers.FLOW_MATCH_EULER.create(config("{\"shift\": 3.0}"));
    Run run = scheduler.start(Run.Spec.ofSteps(4));
    assertThat(run.timestep(0)).isEqualTo(1000);
    assertThat(run.timestep(2)).isCloseTo(750, within(1e-3f)); // 3 * 0.5 / (1 + 2 * 0.5)
  }

  @Test
  void trainedBetasTakePrecedence() {
    NoiseSchedule schedule =
        NoiseSchedule.of(config("{\"trained_betas\": [0.5, 0.5, 0.5]}"), 0.1, 0.2, "linear");
    assertThat(schedule.alphaBars()).containsExactly(0.5f, 0.25f, 0.125f);
  }

  @Test
  void cosineScheduleFallsToNearlyZero() {
    NoiseSchedule schedule =
        NoiseSchedule.of(config("{\"beta_schedule\": \"squaredcos_cap_v2\"}"), 0.1, 0.2, "linear");
    assertThat(schedule.alphaBars()).hasSize(1000);
    assertThat(schedule.alphaBars()[0]).isCloseTo(0.99996f, within(1e-5f));
    assertThat(schedule.alphaBars()[499]).isCloseTo(0.4938f, within(1e-3f));
    assertThat(schedule.alphaBars()[999]).isBetween(0f, 1e-6f);
  }

  @Test
  void zeroTerminalSnrHasNoSignal() {
    SchedulerConfig config = config("{\"rescale_betas_zero_snr\": true}");
    NoiseSchedule plain = NoiseSchedule.of(config, 0.0001, 0.02, "linear");
    NoiseSchedule rescaled = plain.rescaled(config);
    assertThat(rescaled.alphaBars()[0]).isCloseTo(plain.alphaBars()[0], within(1e-6f));
    assertThat(rescaled.alphaBars()[999]).isZero();
    assertThat(rescaled.withFiniteSigmas().sigmas()[999]).isCloseTo(4096, within(1f));
    assertThat(plain.rescaled(config("{}"))).isEqualTo(plain);
  }

  private static SchedulerConfig config(String json) {
    try {
      return SchedulerConfig.of(new ObjectMapper().readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
