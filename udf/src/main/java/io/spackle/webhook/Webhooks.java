package io.spackle.webhook;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.source.Backoff;
import io.spackle.source.FetchSettings;
import io.spackle.source.HttpPost;
import io.spackle.source.RetryableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls webhooks beside the work of an executor, which never waits for it: what is under way is
 * bounded in bytes, and whoever finds no room tries later.
 *
 * <p>A call is tried until its receiver answers with 2xx, a fault is final or the retries are
 * spent. What became of the calls that were handed over together is written as one file, once all
 * of them have ended; a call without a record, because its process died or its host was down, is
 * owed and made again by whoever looks for such. So each call is made at least once, or is owed.
 * Thread-safe.
 */
public final class Webhooks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
  private static final int THREADS = 8;
  private static final int KIBIBYTE = 1024;

  /** Of all calls that are held or under way. */
  private static final int ROOM_KIBIBYTES = 64 * 1024;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final WebhookSettings settings;
  private final HttpPost http;
  private final BiConsumer<String, byte[]> records;
  private final Semaphore room = new Semaphore(ROOM_KIBIBYTES, true);
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(THREADS, Webhooks::daemon);

  /**
   * @param fetch whose rules on hosts hold for receivers too
   * @param records takes a file's name and its lines
   */
  public Webhooks(
      WebhookSettings settings, FetchSettings fetch, BiConsumer<String, byte[]> records) {
    this.settings = settings;
    this.http = new HttpPost(fetch, settings.timeout(), "spackle.webhook.timeout");
    this.records = records;
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Makes room for a call, to be handed over or let go; false where there is none. */
  public boolean hold(WebhookCall call) {
    return room.tryAcquire(units(call));
  }

  /** Waits for room. */
  public boolean hold(WebhookCall call, Duration patience) throws InterruptedException {
    return room.tryAcquire(units(call), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets go of a call that is not to be made. */
  public void release(WebhookCall call) {
    room.release(units(call));
  }

  /** Makes calls for which there is room; returns at once. */
  public void send(Collection<WebhookCall> calls) {
    WebhookBatch batch = new WebhookBatch(calls.size(), records);
    calls.forEach(call -> schedule(new Attempt(call, batch, 0), Duration.ZERO));
  }

  /** Waits until nothing is held or under way; false where that takes too long. */
  public boolean awaitNothing(Duration patience) throws InterruptedException {
    boolean all = room.tryAcquire(ROOM_KIBIBYTES, patience.toMillis(), TimeUnit.MILLISECONDS);
    if (all) {
      room.release(ROOM_KIBIBYTES);
    }
    return all;
  }

  /** Gives calls under way five seconds; the others are owed. */
  @Override
  public void close() {
    try {
      awaitNothing(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
    http.close();
  }

  /** One call of a batch, tried so often before. */
  private record Attempt(WebhookCall call, WebhookBatch batch, int tries) {
    Attempt next() {
      return new Attempt(call, batch, tries + 1);
    }
  }

  private void schedule(Attempt attempt, Duration wait) {
    try {
      // What it throws is looked after in attempt.
      var unused = threads.schedule(() -> attempt(attempt), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      end(attempt, null); // closed meanwhile: it is owed
    }
  }

  private void attempt(Attempt attempt) {
    WebhookCall call = attempt.call();
    int tries = attempt.tries() + 1;
    try {
      long now = Instant.now().getEpochSecond();
      http.send(call.url(), call.headers(settings, now), call.body());
      end(attempt, WebhookRecord.delivered(call, tries));
    } catch (RetryableException e) {
      if (tries <= settings.retries()) {
        schedule(attempt.next(), e.chosenWait().orElse(Backoff.after(attempt.tries())));
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
    boolean isOwed = fault.code() == ErrorCode.FETCH_HOST_DOWN;
    end(attempt, isOwed ? null : WebhookRecord.failed(attempt.call(), attempt.tries() + 1, fault));
  }

  private void end(Attempt attempt, String recordOrNull) {
    try {
      attempt.batch().end(recordOrNull);
    } finally {
      release(attempt.call());
    }
  }

  private static int units(WebhookCall call) {
    return Math.min(ROOM_KIBIBYTES, call.body().length / KIBIBYTE + 1);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "spackle-webhook");
    thread.setDaemon(true);
    return thread;
  }
}
