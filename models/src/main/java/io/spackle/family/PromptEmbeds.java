package io.spackle.family;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a UNet is told of one image besides the sample: prompts, and for some families the size.
 *
 * @param prompted graph inputs by name, each for a batch of one
 * @param avoided the same inputs without the prompt or with the negative one; none where guidance
 *     is off
 * @param notes on the prompts
 */
record PromptEmbeds(
    Map<String, FloatTensor> prompted, Map<String, FloatTensor> avoided, Set<Note> notes) {

  /** The input that takes the prompts' hidden states: (batch, tokens, width). */
  static final String HIDDEN = "encoder_hidden_states";

  /** Tokens of the hidden states, marks and padding included. */
  int length() {
    return prompted.get(HIDDEN).shape().axis(1);
  }

  /**
   * The conditions of a batch in the order that {@link Guidance} wants: all negative ones, then all
   * positive.
   *
   * @param conditions of the same length
   */
  static Map<String, Tensor> inputs(List<PromptEmbeds> conditions) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (String name : conditions.get(0).prompted().keySet()) {
      List<FloatTensor> all = new ArrayList<>();
      conditions.stream()
          .filter(condition -> condition.avoided().containsKey(name))
          .forEach(condition -> all.add(condition.avoided().get(name)));
      conditions.forEach(condition -> all.add(condition.prompted().get(name)));
      inputs.put(name, FloatTensor.concatBatch(all));
    }
    return inputs;
  }
}
