package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a UNet is told besides the sample: prompts, and for some families the size of the picture.
 */
@FunctionalInterface
interface Conditioning {

  /**
   * The conditions of one batch.
   *
   * @param inputs graph inputs by name; first axis 2 x batch with the negative half first where
   *     guidance is on, else batch
   * @param notes one set per subject
   */
  record Conditions(Map<String, Tensor> inputs, List<Set<Note>> notes) {}

  Conditions of(StepPlan plan, List<Subject> subjects, Cancellation cancellation);
}
