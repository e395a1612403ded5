package io.spackle.source;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * What is known of the hosts that are fetched from: how many connections each has, until when it
 * wants to be left alone, and whether it is down.
 *
 * <p>After ten failures in a row a host is left alone for a minute, so that rows behind a dead host
 * fail fast. Whether it is back is then found out by the next fetch.
 */
final class HostStates {

  private static final int FAILURES_OF_A_DEAD_HOST = 10;
  private static final long ALONE_NANOS = Duration.ofMinutes(1).toNanos();

  /**
   * Hosts are remembered up to this many; beyond, those are forgotten of which there is nothing to
   * remember.
   */
  private static final int MANY = 10_000;

  private final Map<String, Host> hosts = new ConcurrentHashMap<>();
  private final int perHost;

  /**
   * @param perHost connections to one host at a time
   */
  HostStates(int perHost) {
    this.perHost = perHost;
  }

  Host of(String name) {
    if (hosts.size() > MANY) {
      hosts.values().removeIf(Host::isIdle);
    }
    return hosts.computeIfAbsent(name, unseen -> new Host());
  }

  /** One host. */
  final class Host {

    private final Semaphore connections = new Semaphore(perHost, true);
    private int failures;
    private long downSince;
    private long restEnd = System.nanoTime();

    /** Waits for a connection to be free; {@link #leave} must follow. */
    void enter() throws InterruptedException {
      connections.acquire();
    }

    void leave() {
      connections.release();
    }

    /** The host answered, whatever it said. */
    synchronized void answered() {
      failures = 0;
    }

    /** The host was not reached or did not finish its answer. */
    synchronized void failed() {
      failures++;
      downSince = System.nanoTime();
    }

    /** The host wants no requests for a while, whatever row they are for. */
    synchronized void restFor(Duration wait) {
      restEnd = Math.max(restEnd - System.nanoTime(), wait.toNanos()) + System.nanoTime();
    }

    /** How long the host wants to be left alone from now; not positive if it does not. */
    synchronized Duration rest() {
      return Duration.ofNanos(restEnd - System.nanoTime());
    }

    synchronized boolean isDown() {
      return failures >= FAILURES_OF_A_DEAD_HOST && System.nanoTime() - downSince < ALONE_NANOS;
    }

    private synchronized boolean isIdle() {
      return failures == 0 && connections.availablePermits() == perHost && rest().isNegative();
    }
  }
}
