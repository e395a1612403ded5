package io.spackle.source;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait between tries. */
public final class Backoff {

  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final int MAX_DOUBLINGS = 6;

  private Backoff() {}

  /**
   * Doubled with each try, up to 16 seconds, and shortened by up to half, so that tries do not come
   * in waves.
   *
   * @param tries before this wait's, from 0
   */
  public static Duration after(int tries) {
    long longest = FIRST_WAIT.toMillis() << Math.min(tries, MAX_DOUBLINGS);
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
  }
}
