package io.spackle.quarantine;

/** A note that something is at work, which is there until it is closed, or else for ever. */
@FunctionalInterface
public interface Marker extends AutoCloseable {

  /** One that nobody reads. */
  Marker NONE = () -> {};

  @Override
  void close();
}
