package io.spackle.lane;

import java.util.function.IntConsumer;

/**
 * An image on its way to a {@link Lane}: while it is announced, a batch that is not full waits for
 * it, as long as batches wait at all. Not thread-safe.
 */
public final class Arrival implements AutoCloseable {

  private final IntConsumer expected;
  private boolean announced;

  /**
   * @param expected told by how many the images on their way become more
   */
  Arrival(IntConsumer expected) {
    this.expected = expected;
  }

  /** The image will come soon. */
  public void announce() {
    if (!announced) {
      announced = true;
      expected.accept(1);
    }
  }

  /** The image is there, or will not come soon. */
  public void retract() {
    if (announced) {
      announced = false;
      expected.accept(-1);
    }
  }

  @Override
  public void close() {
    retract();
  }
}
