package io.spackle.family;

import io.spackle.tensor.FloatParts;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The prompt embeds and negative prompt embeds of one image, with whatever else a network takes
 * beside the latents (SDXL: the size of the image).
 *
 * @param prompt network inputs by name, (1, ...) each
 * @param negativePrompt the same inputs for the negative prompt; empty where guidance is off
 * @param notes on the prompts
 */
record PromptEmbeds(
    Map<String, FloatTensor> prompt, Map<String, FloatTensor> negativePrompt, Set<Note> notes) {

  /** The input that takes the hidden states of the text encoders: (batch, tokens, width). */
  static final String HIDDEN_STATES = "encoder_hidden_states";

  /** Tokens of the hidden states, special tokens and padding included; 0 without text. */
  int length() {
    return prompt.isEmpty() ? 0 : prompt.get(HIDDEN_STATES).shape().axis(1);
  }

  /**
   * Network inputs for a batch in the order of {@link Guidance}: the negative prompt of a guided
   * image, if it has one, before its prompt.
   *
   * @param batch images with prompts of the same length
   * @return a map to be completed by the caller
   */
  static Map<String, Tensor> inputs(List<DenoisingState> batch) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (String name : batch.get(0).prompt().prompt().keySet()) {
      List<List<FloatTensor>> rows = new ArrayList<>();
      for (DenoisingState image : batch) {
        PromptEmbeds embeds = image.prompt();
        if (image.isGuided() && embeds.negativePrompt().containsKey(name)) {
          rows.add(List.of(embeds.negativePrompt().get(name)));
        }
        rows.add(List.of(embeds.prompt().get(name)));
      }
      inputs.put(name, FloatParts.ofRows(rows));
    }
    return inputs;
  }
}
