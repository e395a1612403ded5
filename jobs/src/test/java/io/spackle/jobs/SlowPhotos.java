package io.spackle.jobs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of photos, which takes its time, remembers when each one was fetched, and answers no
 * more fetches than it is allowed to, so that a job cannot end early.
 */
final class SlowPhotos implements AutoCloseable {

  private final HttpServer server;
  private final byte[] photo;
  private final int delayMillis;
  private final Map<String, List<Instant>> fetches = new ConcurrentHashMap<>();
  private final Semaphore allowed = new Semaphore(0);
  private final AtomicInteger answered = new AtomicInteger();
  private volatile String straggler = "";
  private volatile int stragglingMillis;
  private volatile boolean isQuick;

  /**
   * Starts the server.
   *
   * @param photo the same for all paths
   * @param delayMillis time to fetch one
   */
  SlowPhotos(byte[] photo, int delayMillis) throws IOException {
    this.photo = photo;
    this.delayMillis = delayMillis;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  /**
   * The work that a fault has destroyed.
   *
   * @param rows that were fetched before the fault and again after it
   * @param seconds from the fetch of the oldest of them to the fault
   */
  record Loss(int rows, double seconds) {

    private static final Loss NONE = new Loss(0, 0);

    private Loss and(Loss other) {
      return new Loss(rows + other.rows, Math.max(seconds, other.seconds));
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** From now on photos take no time. */
  void answerAtOnce() {
    isQuick = true;
  }

  /**
   * From now on photos take their time, and fetches are counted and wait until they are allowed.
   *
   * @param number of the photo whose first fetch takes longer
   */
  void begin(int number, int millis) {
    straggler = "/" + number + ".png";
    stragglingMillis = millis;
    isQuick = false;
    fetches.clear();
    allowed.drainPermits();
    answered.set(0);
  }

  /** Lets some more fetches be answered. */
  void allow(int more) {
    allowed.release(more);
  }

  /** The number of fetches that were answered, or will be as soon as their time has passed. */
  int answered() {
    return answered.get();
  }

  /** The number of fetches so far. */
  int fetches() {
    return fetches.values().stream().mapToInt(List::size).sum();
  }

  /** What each of some faults has destroyed, by the times of the faults. */
  Map<Instant, Loss> losses(Collection<Instant> faults) {
    Map<Instant, Loss> losses = new TreeMap<>();
    faults.forEach(fault -> losses.put(fault, Loss.NONE));
    for (List<Instant> times : fetches.values()) {
      for (int i = 1; i < times.size(); i++) {
        Instant lost = times.get(i - 1);
        lastBetween(lost, times.get(i), faults)
            .ifPresent(fault -> losses.merge(fault, new Loss(1, seconds(lost, fault)), Loss::and));
      }
    }
    return losses;
  }

  /** Empty if Spark has repeated a row without a fault. */
  private static Optional<Instant> lastBetween(
      Instant from, Instant to, Collection<Instant> faults) {
    return faults.stream()
        .filter(fault -> fault.isAfter(from) && fault.isBefore(to))
        .max(Instant::compareTo);
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      List<Instant> times = fetches.computeIfAbsent(path, first -> new CopyOnWriteArrayList<>());
      times.add(Instant.now());
      boolean straggles = path.equals(straggler) && times.size() == 1;
      if (!isQuick) {
        allowed.acquire();
        answered.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(straggles ? stragglingMillis : delayMillis);
      }
      exchange.getResponseHeaders().add("Content-Type", "image/png");
      exchange.sendResponseHeaders(200, photo.length);
      exchange.getResponseBody().write(photo);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
