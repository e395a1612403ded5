package io.spackle.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.source.FetchSettings;
import io.spackle.source.HttpPost;
import io.spackle.source.RetryableException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls webhooks in the background of an executor, which never waits for a call. The calls in
 * progress are limited in bytes; a call that exceeds the limit is made later.
 *
 * <p>A call is attempted until its receiver responds with 2xx, it fails permanently or the retries
 * are exhausted. The results of the calls that were sent together are recorded in one file, once
 * all of them have ended. A call without a record, because its process crashed or its host was
 * down, is pending and made again later. So each call is made at least once, or stays pending.
 * Thread-safe.
 */
public final class Webhooks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
  private static final int THREADS = 8;
  private static final int KIBIBYTE = 1024;

  /** Of all calls that are reserved or in progress. */
  private static final int CAPACITY_KIBIBYTES = 64 * 1024;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final WebhookSettings settings;
  private final HttpPost http;
  private final BiConsumer<String, byte[]> records;
  private final Semaphore capacity = new Semaphore(CAPACITY_KIBIBYTES, true);
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(THREADS, Webhooks::daemon);

  /**
   * @param fetch its rules for hosts apply to receivers too
   * @param records writes a file of records, given its name and content
   */
  public Webhooks(
      WebhookSettings settings, FetchSettings fetch, BiConsumer<String, byte[]> records) {
    this.settings = settings;
    this.http = new HttpPost(fetch, settings.timeout(), "spackle.webhook.timeout");
    this.records = records;
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * The settings of webhook calls.
   *
   * @param secret to sign with, or null for unsigned calls
   * @param timeout of one attempt
   * @param retries after the first attempt
   * @param folder URI of the folder for the records of calls
   */
  public record WebhookSettings(WebhookSecret secret, Duration timeout, int retries, String folder)
      implements Serializable {

    Optional<WebhookSecret> signer() {
      return Optional.ofNullable(secret);
    }
  }

  /** Reserves capacity for a call that is then sent or released; false if there is none. */
  public boolean reserve(WebhookCall call) {
    return capacity.tryAcquire(units(call));
  }

  /** Waits for capacity, as {@link #reserve(WebhookCall)}; false if the time is up. */
  public boolean reserve(WebhookCall call, Duration timeout) throws InterruptedException {
    return capacity.tryAcquire(units(call), timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Makes those calls for which there is capacity now, and returns at once. */
  public void sendWhatFits(List<WebhookCall> calls) {
    List<WebhookCall> reserved = calls.stream().filter(this::reserve).toList();
    if (!reserved.isEmpty()) {
      send(reserved);
    }
  }

  /** Releases the capacity of a call that is not made. */
  public void release(WebhookCall call) {
    capacity.release(units(call));
  }

  /** Makes calls with reserved capacity; returns at once. */
  public void send(Collection<WebhookCall> calls) {
    WebhookBatch batch = new WebhookBatch(calls.size(), records);
    calls.forEach(call -> schedule(new Attempt(call, batch, 0), Duration.ZERO));
  }

  /** Waits until no call is reserved or in progress; false if the time is up. */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    boolean isIdle =
        capacity.tryAcquire(CAPACITY_KIBIBYTES, timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (isIdle) {
      capacity.release(CAPACITY_KIBIBYTES);
    }
    return isIdle;
  }

  /** Waits five seconds for the calls in progress; the others stay pending. */
  @Override
  public void close() {
    try {
      awaitIdle(CLOSE_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
    http.close();
  }

  /** An attempt of a call, after some failed ones. */
  private record Attempt(WebhookCall call, WebhookBatch batch, int failures) {
    Attempt next() {
      return new Attempt(call, batch, failures + 1);
    }
  }

  private void schedule(Attempt attempt, Duration wait) {
    try {
      // attempt() handles its exceptions.
      var unused = threads.schedule(() -> attempt(attempt), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      end(attempt, null); // closed meanwhile: it stays pending
    }
  }

  private void attempt(Attempt attempt) {
    WebhookCall call = attempt.call();
    int attempts = attempt.failures() + 1;
    try {
      long now = Instant.now().getEpochSecond();
      http.send(call.url(), call.headers(settings, now), call.body());
      end(attempt, WebhookRecord.delivered(call, attempts));
    } catch (RetryableException e) {
      if (attempts <= settings.retries()) {
        schedule(attempt.next(), e.waitBeforeRetry(attempt.failures()));
      } else {
        fail(attempt, e.fault());
      }
    } catch (RowException e) {
      fail(attempt, e);
    } catch (InterruptedException e) {
      end(attempt, null);
    } catch (RuntimeException | Error e) {
      LOG.error("the webhook of row {} could not be called", call.rowKey(), e);
      end(attempt, null);
    }
  }

  private void fail(Attempt attempt, RowException fault) {
    LOG.warn("the webhook of row {} failed: {}", attempt.call().rowKey(), fault.getMessage());
    boolean isPending = fault.code() == ErrorCode.FETCH_HOST_DOWN;
    end(
        attempt,
        isPending ? null : WebhookRecord.failed(attempt.call(), attempt.failures() + 1, fault));
  }

  private void end(Attempt attempt, String recordOrNull) {
    try {
      attempt.batch().end(recordOrNull);
    } finally {
      release(attempt.call());
    }
  }

  private static int units(WebhookCall call) {
    return Math.min(CAPACITY_KIBIBYTES, call.body().length / KIBIBYTE + 1);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "spackle-webhook");
    thread.setDaemon(true);
    return thread;
  }

  /** Calls that were sent together, until all have ended and are recorded in one file. */
  private static final class WebhookBatch {
    private final BiConsumer<String, byte[]> records;
    private final List<String> lines = new ArrayList<>();
    private int unfinished;

    WebhookBatch(int calls, BiConsumer<String, byte[]> records) {
      this.unfinished = calls;
      this.records = records;
    }

    /**
     * Ends one call.
     *
     * @param recordOrNull its line, or null if the call stays pending
     */
    synchronized void end(String recordOrNull) {
      if (recordOrNull != null) {
        lines.add(recordOrNull + "\n");
      }
      unfinished--;
      if (unfinished == 0 && !lines.isEmpty()) {
        write();
      }
    }

    /** If this fails, the calls are made again; receivers recognize them by their ids. */
    private void write() {
      try {
        records.accept(UUID.randomUUID() + ".jsonl", String.join("", lines).getBytes(UTF_8));
      } catch (RuntimeException e) {
        LOG.warn("webhook calls could not be recorded", e);
      }
    }
  }
}
