package io.spackle.source;

import java.util.function.Consumer;

/**
 * What a fetch tells the one it is for, while it runs and on its thread.
 *
 * @param version gets the {@link FileVersion} of the file, or that it is missing, as soon as that
 *     is known, even if the file cannot be read; the bytes are not older than it
 * @param rest runs the waits in which nothing is fetched, for a free connection of the host or for
 *     its recovery, so that others can fetch meanwhile
 */
public record Fetching(Consumer<String> version, Rest rest) {

  /** A fetch that nobody follows. */
  static final Fetching UNOBSERVED = new Fetching(version -> {}, Wait::await);

  /** A wait. */
  @FunctionalInterface
  public interface Wait {
    void await() throws InterruptedException;
  }

  /** Runs a wait, once. */
  @FunctionalInterface
  public interface Rest {
    void during(Wait wait) throws InterruptedException;
  }
}
