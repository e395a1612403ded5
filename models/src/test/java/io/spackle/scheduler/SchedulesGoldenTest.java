package io.spackle.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.golden.Goldens;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Timesteps and noise levels compared with diffusers: every row of schedules.json. */
class SchedulesGoldenTest {

  private static final JsonNode GOLDEN = Goldens.json(Goldens.file("vectors/schedules.json"));

  static Stream<Arguments> rows() {
    List<JsonNode> rows = new ArrayList<>();
    GOLDEN.get("rows").forEach(rows::add);
    GOLDEN.get("flux").forEach(rows::add);
    return rows.stream()
        .map(row -> Arguments.of(GoldenRow.name(row) + " " + row.path("image_seq_len"), row));
  }

  @Test
  void everySchedulerHasRows() {
    assertThat(rows().count()).isGreaterThanOrEqualTo(900);
    assertThat(rows().map(row -> ((JsonNode) row.get()[1]).get("scheduler").asText()).distinct())
        .hasSameSizeAs(Schedulers.values());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void scheduleEqualsDiffusers(String name, JsonNode row) {
    Scheduler scheduler = GoldenRow.scheduler(GOLDEN, row);
    Run.Spec spec = new Run.Spec(row.get("n").intValue(), 0, row.path("image_seq_len").intValue());
    Run run = scheduler.start(spec);
    assertThat(scheduler.order()).isEqualTo(row.get("order").intValue());
    assertThat(run.initNoiseSigma())
        .isCloseTo(row.get("init_noise_sigma").floatValue(), relative(row.get("init_noise_sigma")));
    assertTimesteps(run, row);
    if (row.has("sigmas")) {
      assertSigmas(run, row.get("sigmas"));
    }
  }

  /**
   * Integer timesteps are exact. Fractional ones are computed from logarithms, whose last bits in
   * numpy depend on the machine, and those of ancestral KDPM2 also from the difference of nearly
   * equal numbers, with an error of a thousandth of a timestep.
   */
  private static void assertTimesteps(Run run, JsonNode row) {
    float[] expected = Goldens.floats(row.get("timesteps"));
    boolean integers = IntStream.range(0, expected.length).allMatch(i -> expected[i] % 1 == 0);
    boolean ancestral = row.get("scheduler").asText().startsWith("KDPM2Ancestral");
    double tolerance = integers ? 0 : ancestral ? 1e-2 : 1e-4;
    assertThat(run.calls()).isEqualTo(expected.length).isPositive();
    for (int call = 0; call < run.calls(); call++) {
      assertThat((double) run.timestep(call))
          .as("timestep " + call)
          .isCloseTo(expected[call], within(tolerance));
    }
  }

  private static void assertSigmas(Run run, JsonNode sigmas) {
    Levels levels = run.levels();
    assertThat(levels.noise()).hasSize(run.calls() + 1);
    for (int i = 0; i <= run.calls(); i++) {
      // Flow matching and variance-exploding levels are sigmas; the others are noise over signal.
      boolean preserving = levels.signal()[i] + levels.noise()[i] > 1 && levels.signal()[i] < 1;
      float found = preserving ? levels.noise()[i] / levels.signal()[i] : levels.noise()[i];
      assertThat(found)
          .as("sigma " + i)
          .isCloseTo(sigmas.get(i).floatValue(), relative(sigmas.get(i)));
    }
  }

  private static Offset<Float> relative(JsonNode expected) {
    return within(Math.abs(expected.floatValue()) * 1e-5f);
  }
}
