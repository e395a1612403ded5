package io.spackle.source;

import io.spackle.source.Fetching.Rest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The state of the hosts that are fetched from: the number of connections, the end of a pause that
 * the host asked for, and whether it is down.
 *
 * <p>After ten failures in a row a host counts as down for a minute, so that rows on a dead host
 * fail fast. The next fetch then finds out whether it is up again.
 */
final class HostStates {

  private static final int FAILURES_UNTIL_DOWN = 10;
  private static final long DOWN_NANOS = Duration.ofMinutes(1).toNanos();

  /** With more hosts than these, hosts in their initial state are dropped. */
  private static final int MAX_HOSTS = 10_000;

  private final Map<String, Host> hosts = new ConcurrentHashMap<>();
  private final int perHost;

  /**
   * @param perHost connections to one host at a time
   */
  HostStates(int perHost) {
    this.perHost = perHost;
  }

  /** The state of a host by its canonical name. */
  Host of(String name) {
    if (hosts.size() > MAX_HOSTS) {
      hosts.values().removeIf(Host::isIdle);
    }
    return hosts.computeIfAbsent(name, unknown -> new Host());
  }

  /** One host. */
  final class Host {

    private final Semaphore connections = new Semaphore(perHost, true);
    private int failures;
    private long downSince;
    private long pauseEnd = System.nanoTime();

    /** A connection, to be acquired. */
    Connection connection() {
      return new Connection();
    }

    /** One of the connections to the host, from {@link #acquire} on. Not thread-safe. */
    final class Connection implements AutoCloseable {
      private boolean isHeld;

      private Connection() {}

      /** Waits for a free connection, as a rest if none is free at once. */
      void acquire(Rest rest) throws InterruptedException {
        isHeld = connections.tryAcquire(0, TimeUnit.SECONDS);
        if (!isHeld) {
          rest.during(
              () -> {
                connections.acquire();
                isHeld = true;
              });
        }
      }

      @Override
      public void close() {
        if (isHeld) {
          isHeld = false;
          connections.release();
        }
      }
    }

    /** Records that the host answered, with any status. */
    synchronized void answered() {
      failures = 0;
    }

    /** Records that the host was not reached or did not complete its response. */
    synchronized void failed() {
      failures++;
      downSince = System.nanoTime();
    }

    /** Records that the host asked for a pause of all requests. */
    synchronized void pauseFor(Duration wait) {
      pauseEnd = Math.max(pauseEnd - System.nanoTime(), wait.toNanos()) + System.nanoTime();
    }

    /** The remaining pause that the host asked for; not positive if there is none. */
    synchronized Duration pause() {
      return Duration.ofNanos(pauseEnd - System.nanoTime());
    }

    synchronized boolean isDown() {
      return failures >= FAILURES_UNTIL_DOWN && System.nanoTime() - downSince < DOWN_NANOS;
    }

    private synchronized boolean isIdle() {
      return failures == 0 && connections.availablePermits() == perHost && pause().isNegative();
    }
  }
}
