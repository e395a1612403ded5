package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphChecksTest {

  private static final Set<String> FED = Set.of("sample", "timestep", "encoder_hidden_states");

  @Test
  void acceptsAGraphThatFits() {
    try (Graph unet = Fixtures.open("tiny-sd15-inpaint", "unet", 1)) {
      assertThat(GraphChecks.problems("unet/model.onnx", unet, FED, Set.of("out_sample")))
          .isEmpty();
    }
  }

  @Test
  void namesInputsAndOutputsThatDoNotFit() {
    try (Graph unet = Fixtures.open("tiny-sdxl-inpaint", "unet", 1)) {
      assertThat(GraphChecks.problems("unet/model.onnx", unet, FED, Set.of("sample")))
          .satisfiesExactly(
              inputs ->
                  assertThat(inputs)
                      .startsWith(
                          "unet/model.onnx: inputs [encoder_hidden_states, sample, text_embeds,"
                              + " time_ids, timestep] found, expected [encoder_hidden_states,"
                              + " sample, timestep]: export"),
              outputs ->
                  assertThat(outputs)
                      .startsWith(
                          "unet/model.onnx: outputs [out_sample] found, expected [sample]"));
    }
  }
}
