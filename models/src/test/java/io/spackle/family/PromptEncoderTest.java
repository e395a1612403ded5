package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.PromptEncoder.EncodedPrompt;
import io.spackle.golden.GoldenCase;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.tensor.FloatTensor;
import io.spackle.text.PromptSequences;
import io.spackle.text.PromptSequences.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PromptEncoderTest {

  private static final String HIDDEN = "last_hidden_state";
  private static final Cancellation NEVER = new Cancellation();

  static Stream<GoldenCase> ofSd15() {
    return Goldens.cases().stream()
        .filter(golden -> golden.bundle().equals("tiny-sd15-inpaint"))
        .filter(golden -> golden.has("prompt_embeds"))
        .filter(golden -> golden.tensor("prompt_embeds").batch() == 1);
  }

  @ParameterizedTest
  @MethodSource("ofSd15")
  void givesTheRecordedEmbeddings(GoldenCase golden) {
    try (CloseStack resources = new CloseStack()) {
      PromptEncoder encoder = encoder(golden.bundle(), golden.syntax(), resources);
      EncodedPrompt prompt = encoder.encode(golden.prompts().get(0), NEVER);
      EncodedPrompt negative =
          encoder.encode(golden.negativePrompt() == null ? "" : golden.negativePrompt(), NEVER);
      int count =
          Math.max(
              prompt.sequenceCount(),
              golden.has("negative_prompt_embeds") ? negative.sequenceCount() : 1);

      requireEqual(
          encoder.hiddenStates(prompt, HIDDEN, count, NEVER), golden.tensor("prompt_embeds"));
      if (golden.has("negative_prompt_embeds")) {
        requireEqual(
            encoder.hiddenStates(negative, HIDDEN, count, NEVER),
            golden.tensor("negative_prompt_embeds"));
      }
    }
  }

  /** Of one weight for all there is nothing left once the mean is restored, but for the marks. */
  @Test
  void weightsKeepTheMean() {
    try (CloseStack resources = new CloseStack()) {
      PromptEncoder encoder = encoder("tiny-sd15-inpaint", PromptSyntax.A1111, resources);
      FloatTensor plain = encoder.encode("a cat on the grass", NEVER).output(HIDDEN);
      FloatTensor weighed = encoder.encode("a (cat:1.8) on [[the]] grass", NEVER).output(HIDDEN);

      assertThat(weighed.data()).isNotEqualTo(plain.data());
      assertThat(mean(weighed)).isCloseTo(mean(plain), Offset.offset(1e-6));
    }
  }

  @Test
  void whatWasEncodedLatelyIsNotEncodedAgain() {
    CountingGraph graph = new CountingGraph(HIDDEN, FloatTensor.of(new float[2], 1, 2, 1));
    PromptEncoder encoder = new PromptEncoder(PromptEncoderTest::letters, graph, List.of(HIDDEN));
    for (int i = 0; i < 3; i++) {
      EncodedPrompt encoded = encoder.encode("abc", NEVER);
      assertThat(encoder.hiddenStates(encoded, HIDDEN, 5, NEVER).shape().axes())
          .containsExactly(1, 10, 1);
    }
    assertThat(graph.runs()).as("three letters and the padding").isEqualTo(4);
  }

  private static PromptEncoder encoder(String bundle, PromptSyntax syntax, CloseStack resources) {
    ModelBundle folder =
        ModelBundle.open(Goldens.bundle(bundle)).with(new BundleOptions(Map.of(), null, syntax));
    return new ComponentLoader(folder, Device.cpu(1), resources)
        .clip("tokenizer", "text_encoder", List.of(HIDDEN), 10);
  }

  private static void requireEqual(FloatTensor found, FloatTensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    assertThat(found.data()).containsExactly(expected.data(), Offset.offset(1e-4f));
  }

  private static double mean(FloatTensor tensor) {
    double sum = 0;
    for (float value : tensor.data()) {
      sum += value;
    }
    return sum / tensor.data().length;
  }

  /** A sequence of two tokens for each letter, and one for an empty text. */
  private static PromptSequences letters(String text) {
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < Math.max(1, text.length()); i++) {
      sequences.add(new Sequence(new long[] {1, 2}, new float[] {1, 1}));
    }
    return new PromptSequences(sequences, false);
  }
}
