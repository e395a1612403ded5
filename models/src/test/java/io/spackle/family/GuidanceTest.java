package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.spackle.family.InpaintParameters.Sampling;
import io.spackle.image.MaskReduction;
import io.spackle.scheduler.Run;
import io.spackle.scheduler.SchedulerConfig;
import io.spackle.scheduler.Schedulers;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guided call takes two rows of the network's batch, any other takes one. */
class GuidanceTest {

  private static final int STEPS = 10;

  @ParameterizedTest
  @CsvSource({
    "0, 1, 2222222222",
    "0, 0.5, 2222211111",
    "0.25, 1, 1122222222", // the bounds are rounded down
    "0.2, 0.79, 1122222111",
    "0.5, 0.55, 1111111111" // not a whole step
  })
  void rowsOfEachCall(double start, double end, String expected) {
    GuidanceSchedule guidance = new GuidanceSchedule(7.5, start, end);
    List<Integer> rows =
        IntStream.range(0, STEPS).mapToObj(call -> rows(List.of(image(guidance, call)))).toList();
    assertThat(rows).isEqualTo(expected.chars().mapToObj(c -> c - '0').toList());
    assertThat(guidance.rows(STEPS)).isEqualTo(rows.stream().mapToInt(Integer::intValue).sum());
  }

  @Test
  void anImageWithoutGuidanceTakesOneRowWhateverItsInterval() {
    assertThat(rows(List.of(image(new GuidanceSchedule(1, 0, 0.5), 0)))).isEqualTo(1);
    assertThat(new GuidanceSchedule(1, 0, 0.5).rows(STEPS)).isEqualTo(STEPS);
  }

  @Test
  void theImagesOfABatchAreGuidedEachInItsOwnInterval() {
    GuidanceSchedule first = new GuidanceSchedule(3, 0, 0.5);
    GuidanceSchedule last = new GuidanceSchedule(2, 0.5, 1);
    List<DenoisingState> batch = List.of(image(first, 2), image(last, 2), image(last, 7));
    assertThat(rows(batch)).isEqualTo(5);
    assertThat(Guidance.imageIndex(batch).data()).containsExactly(0, 0, 1, 2, 2);

    FloatTensor predictions = FloatTensor.of(new float[] {1, 5, 10, 20, 40}, 5, 1);
    assertThat(Guidance.apply(batch, predictions))
        .extracting(prediction -> prediction.data()[0])
        .containsExactly(1 + 3 * 4f, 10f, 20 + 2 * 20f);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.5", "0.8, 0.2", "-0.1, 1", "0, 1.1", "NaN, 1", "0, NaN"})
  void anIntervalEndsAfterItsStart(double start, double end) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GuidanceSchedule(7.5, start, end))
        .withMessage(
            "guidance from %s to %s found, 0 <= start < end <= 1 expected".formatted(start, end));
  }

  /** The rows that a batch takes, and the embeds that it gets, which must be as many. */
  private static int rows(List<DenoisingState> batch) {
    int rows = Guidance.rows(batch, DenoisingState::latents).size();
    Tensor prompts = PromptEmbeds.inputs(batch).get(PromptEmbeds.HIDDEN_STATES);
    assertThat(prompts.shape().axis(0)).isEqualTo(rows);
    return rows;
  }

  private static DenoisingState image(GuidanceSchedule guidance, int call) {
    FloatTensor tensor = FloatTensor.of(new float[1], 1, 1);
    Map<String, FloatTensor> embeds = Map.of(PromptEmbeds.HIDDEN_STATES, tensor);
    Run run =
        Schedulers.DDIM
            .create(SchedulerConfig.of(JsonNodeFactory.instance.objectNode()))
            .start(Run.Spec.ofSteps(STEPS));
    return new DenoisingState(
        new InpaintParameters(
            64,
            64,
            new Sampling(STEPS, guidance, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false),
        tensor,
        new PromptEmbeds(embeds, guidance.isOn() ? embeds : Map.of(), Set.of()),
        null,
        null,
        run,
        TorchNoise.seeded(1),
        call);
  }
}
