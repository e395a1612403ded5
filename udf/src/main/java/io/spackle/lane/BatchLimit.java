package io.spackle.lane;

/**
 * How many images of one size a batch may have, as the device's memory shows. Not thread-safe.
 *
 * <p>Halved when memory runs out; grown by one after some full batches that fit, and after twice as
 * many each time that memory runs out again, because every such try costs a batch.
 */
final class BatchLimit {

  private static final int FIRST_PATIENCE = 8;
  private static final int LONGEST_PATIENCE = 1024;

  private final int most;
  private int current;
  private int patience = FIRST_PATIENCE;
  private int fitted;

  BatchLimit(int most) {
    this.most = most;
    this.current = most;
  }

  int current() {
    return current;
  }

  /** Notes that a batch did not fit into memory. */
  void outOfMemory(int size) {
    if (current < most) {
      patience = Math.min(2 * patience, LONGEST_PATIENCE);
    }
    current = Math.max(1, Math.min(current, size / 2));
    fitted = 0;
  }

  /** Notes that a batch was painted. */
  void fitted(int size) {
    if (size < current || current == most) {
      return;
    }
    fitted++;
    if (fitted >= patience) {
      current++;
      fitted = 0;
    }
  }
}
