package io.spackle.stage;

/**
 * A model that is open on one device, and what the rows on their way to it share.
 *
 * @param sizeMultiple canvas sides are multiples of this
 */
record OpenModel(Lane lane, Slots slots, int sizeMultiple) implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
