package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphTest {

  private static final Set<String> FED = Set.of("sample", "timestep", "encoder_hidden_states");

  @Test
  void matchingGraphsHaveNoProblems() {
    try (Graph unet = Fixtures.open("tiny-sd15-inpaint", "unet", 1)) {
      assertThat(unet.problems("unet/model.onnx", FED, Set.of("out_sample"))).isEmpty();
    }
  }

  @Test
  void mismatchedInputsAndOutputsAreListed() {
    try (Graph unet = Fixtures.open("tiny-sdxl-inpaint", "unet", 1)) {
      assertThat(unet.problems("unet/model.onnx", FED, Set.of("sample")))
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
