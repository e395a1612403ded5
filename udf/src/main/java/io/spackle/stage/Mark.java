package io.spackle.stage;

/** A note that something is at work, which is there until it is closed, or else for ever. */
@FunctionalInterface
interface Mark extends AutoCloseable {

  /** One that nobody reads. */
  Mark NONE = () -> {};

  @Override
  void close();
}
