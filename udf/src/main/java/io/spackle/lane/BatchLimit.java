package io.spackle.lane;

/**
 * The adaptive limit of a batch's size, for images of one size on one device. Not thread-safe.
 *
 * <p>It is halved when memory runs out. It grows by one after a number of full batches that fit;
 * that number doubles each time that memory runs out again, because each failed attempt costs a
 * step.
 */
final class BatchLimit {

  private static final int FIRST_PATIENCE = 8;
  private static final int LONGEST_PATIENCE = 1024;

  private final int max;
  private int current;
  private int patience = FIRST_PATIENCE;
  private int fullBatches;

  BatchLimit(int max) {
    this.max = max;
    this.current = max;
  }

  int current() {
    return current;
  }

  /** Records that a batch did not fit into memory. */
  void outOfMemory(int size) {
    if (current < max) {
      patience = Math.min(2 * patience, LONGEST_PATIENCE);
    }
    current = Math.max(1, Math.min(current, size / 2));
    fullBatches = 0;
  }

  /** Records that a batch fit into memory. */
  void fitted(int size) {
    if (size < current || current == max) {
      return;
    }
    fullBatches++;
    if (fullBatches >= patience) {
      current++;
      fullBatches = 0;
    }
  }
}
