package io.spackle.jobs.driver;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SignalUtils;

/**
 * The request of a person or a cluster manager that a command ends: SIGINT (Ctrl-C) or SIGTERM.
 *
 * <p>The process goes on, so that the command can publish and report what is done; only work that
 * it marks as {@link #abandonable} is abandoned. A second signal, or a command that takes longer
 * than {@link #GRACE}, ends the process at once.
 */
public final class Interruption {

  /** A container is killed about half a minute after the signal. */
  private static final Duration GRACE = Duration.ofSeconds(25);

  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** The kinds of request, each with the signal that makes it. */
  public enum Kind {
    INT(2),
    TERM(15);

    private final int signal;

    Kind(int signal) {
      this.signal = signal;
    }

    /** The exit status of a process that ends by the signal. */
    public int exitStatus() {
      return 128 + signal;
    }
  }

  private final AtomicReference<Kind> requested = new AtomicReference<>();
  private final CountDownLatch request = new CountDownLatch(1);
  private SparkContext abandonable;

  private Interruption() {}

  /** One that is never requested. */
  public static Interruption none() {
    return new Interruption();
  }

  /** One that the signals of this process request. */
  public static Interruption bySignals() {
    Interruption interruption = new Interruption();
    for (Kind kind : Kind.values()) {
      SignalUtils.register(kind.name(), () -> interruption.request(kind));
    }
    return interruption;
  }

  /** The request, if there was one. */
  public Optional<Kind> requested() {
    return Optional.ofNullable(requested.get());
  }

  /** Whether there was a request. */
  public boolean isRequested() {
    return requested.get() != null;
  }

  /** Waits for some time, but ends at once if there is a request; returns whether there is one. */
  public boolean await(Duration time) {
    try {
      return request.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a signal", e);
    }
  }

  /** Work that a request abandons, until closed. */
  @FunctionalInterface
  public interface Abandonable extends AutoCloseable {
    @Override
    void close();
  }

  /** Marks the Spark jobs that run or start until the result is closed: a request cancels them. */
  public Abandonable abandonable(SparkContext spark) {
    mark(spark);
    return () -> mark(null);
  }

  private synchronized void mark(SparkContext spark) {
    abandonable = spark;
  }

  /** Returns true: the signal is handled. */
  private boolean request(Kind kind) {
    if (!requested.compareAndSet(null, kind)) {
      Runtime.getRuntime().halt(kind.exitStatus());
    }
    request.countDown();
    Thread thread = new Thread(() -> abandon(kind), "spackle-interruption");
    thread.setDaemon(true);
    thread.start();
    return true;
  }

  private void abandon(Kind kind) {
    // Cancelled jobs log stack traces.
    Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
    long start = System.nanoTime();
    while (System.nanoTime() - start < GRACE.toNanos()) {
      cancelJobs();
      sleep();
    }
    Runtime.getRuntime().halt(kind.exitStatus());
  }

  private synchronized void cancelJobs() {
    if (abandonable != null) {
      abandonable.cancelAllJobs();
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(INTERVAL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
