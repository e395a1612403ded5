package io.spackle.family;

import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Conditions of single pictures gathered into the order that {@link Guidance} wants: all negative
 * ones, then all positive.
 */
final class GuidedBatch {

  private final List<FloatTensor> negative = new ArrayList<>();
  private final List<FloatTensor> positive = new ArrayList<>();

  /** Adds a picture's condition where guidance is off. */
  void add(FloatTensor prompted) {
    positive.add(prompted);
  }

  /** Adds a picture's two conditions where guidance is on. */
  void add(FloatTensor avoided, FloatTensor prompted) {
    negative.add(avoided);
    positive.add(prompted);
  }

  /** (batch or 2 x batch, ...) */
  FloatTensor toTensor() {
    List<FloatTensor> all = new ArrayList<>(negative);
    all.addAll(positive);
    return FloatTensor.concatBatch(all);
  }
}
