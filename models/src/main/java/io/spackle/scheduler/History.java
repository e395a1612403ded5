package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** The latest model outputs of a multistep run. */
final class History {

  private final int capacity;
  private final Deque<FloatTensor> newestFirst = new ArrayDeque<>();

  History(int capacity) {
    this.capacity = capacity;
  }

  /** Adds an output and drops the oldest one beyond the capacity. */
  void add(FloatTensor output) {
    newestFirst.addFirst(output);
    if (newestFirst.size() > capacity) {
      newestFirst.removeLast();
    }
  }

  int size() {
    return newestFirst.size();
  }

  /** The output {@code back} steps ago, 0 for the latest. */
  FloatTensor get(int back) {
    Iterator<FloatTensor> outputs = newestFirst.iterator();
    for (int i = 0; i < back; i++) {
      outputs.next();
    }
    return outputs.next();
  }

  /** The weighted sum of the latest outputs; the first weight is that of the latest one. */
  FloatTensor sum(double... weights) {
    Mix sum = Mix.of(weights[0], get(0));
    for (int back = 1; back < weights.length; back++) {
      sum.plus(weights[back], get(back));
    }
    return sum.tensor();
  }
}
