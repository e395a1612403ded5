package io.spackle.lane;

import io.spackle.lane.LaneQueue.Group;
import io.spackle.lane.LaneQueue.Request;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ModelShare;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue in front of one open model, and the one thread that calls the model. All tasks of an
 * executor submit to the same lane, so that batches fill across tasks and the device is not idle
 * between tasks.
 *
 * <p>Images with canvases of one size share the steps of the model, whatever their parameters. An
 * image joins those that run as soon as there is room, and leaves when it is done; see {@link
 * Batcher} for the order. An image that fails fails alone, see {@link LaneThread}.
 *
 * <p>A call into the model that stalls is cancelled, see {@link Watchdog}, and counts as failed; an
 * image fails only after it stalled twice. If the call cannot be cancelled, the lane ends without
 * its thread, and so does the process if it is an executor. When a lane ends, everything in it
 * fails with {@link LaneBrokenException}.
 *
 * <p>The queue is unbounded: a row reserves memory before it submits, see {@link InFlightLimits}.
 *
 * @param <K> the parameters of an image
 * @param <I> an image as the model gets it
 * @param <O> what the model gives for it
 */
public final class Lane<K, I, O> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** From the cancellation of a call to its end; it takes effect at the graph's next node. */
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(1);

  private final LaneModel<K, I, ?, O> model;
  private final ExecutorGuard guard;
  private final LaneQueue<K, I, O> queue;
  private final Watchdog watchdog;
  private final Thread thread;

  /**
   * Starts the lane's thread.
   *
   * @param model closed by the lane, after its last call
   * @param settings how images are batched, and how long a call into the model may take
   * @param guard shared by all lanes of the JVM
   * @param metrics shared by all lanes of the JVM
   */
  public Lane(
      LaneModel<K, I, ?, O> model,
      LaneSettings settings,
      ExecutorGuard guard,
      ExecutorMetrics metrics) {
    this.model = model;
    this.guard = guard;
    this.queue = new LaneQueue<>(settings.maxWait());
    Duration patience = settings.watchdog();
    Duration grace = patience.compareTo(LONGEST_GRACE) < 0 ? patience : LONGEST_GRACE;
    this.watchdog = new Watchdog(patience, grace, this::giveUp);
    LaneThread.Parts parts =
        new LaneThread.Parts(settings.maxImages(), watchdog, guard, metrics, this::end);
    this.thread = new Thread(new LaneThread<>(model, queue, parts), "spackle-lane-" + model.name());
    this.thread.setDaemon(true);
    metrics.laneOpened();
    this.thread.start();
  }

  /**
   * What the model gave for an image.
   *
   * @param <O> its type
   * @param image the output
   * @param queued how long it waited for its batch
   * @param share its part of the calls into the model that it was in
   */
  public record Result<O>(O image, Duration queued, ModelShare share) {}

  /** Why an image that was submitted failed; an {@link Error} is thrown. */
  public static RuntimeException causeOf(ExecutionException failure) {
    if (failure.getCause() instanceof Error error) {
      throw error;
    }
    return failure.getCause() instanceof RuntimeException cause
        ? cause
        : new IllegalStateException(failure.getCause());
  }

  /**
   * An image that will be submitted. While it is announced, incomplete batches wait for it, up to
   * the lane's maximum wait. Not thread-safe.
   */
  public static final class Arrival implements AutoCloseable {
    private final IntConsumer expectation;
    private boolean isAnnounced;

    private Arrival(IntConsumer expectation) {
      this.expectation = expectation;
    }

    /** Announces that the image will be submitted soon. */
    public void announce() {
      if (!isAnnounced) {
        isAnnounced = true;
        expectation.accept(1);
      }
    }

    /** Withdraws the announcement: the image is submitted, or will not be soon. */
    public void retract() {
      if (isAnnounced) {
        isAnnounced = false;
        expectation.accept(-1);
      }
    }

    @Override
    public void close() {
      retract();
    }
  }

  /** An image that may be submitted; no batch waits for it until it is announced. */
  public Arrival arrival() {
    return new Arrival(queue::expect);
  }

  /**
   * Queues one image.
   *
   * @return completes with the result; or exceptionally with a {@link RowException} if this image
   *     fails alone, or with the reason of the lane's end. Cancelling it removes the image from the
   *     lane, and cancels a call all of whose images are cancelled.
   */
  public CompletableFuture<Result<O>> submit(K parameters, I input) {
    return submit(new Group(model.group(parameters), null), parameters, input, Optional.empty());
  }

  /**
   * Queues one image that runs alone while no other lane of this JVM runs.
   *
   * @param marker opened before the model gets the image and closed afterwards
   * @return as of {@link #submit}
   */
  public CompletableFuture<Result<O>> submitAlone(K parameters, I input, Supplier<Marker> marker) {
    Group alone = new Group(model.group(parameters), new Object());
    return submit(alone, parameters, input, Optional.of(marker));
  }

  private CompletableFuture<Result<O>> submit(
      Group group, K parameters, I input, Optional<Supplier<Marker>> marker) {
    CompletableFuture<Result<O>> future = new CompletableFuture<>();
    Request<K, I, O> request =
        new Request<>(group, parameters, input, marker, System.nanoTime(), future);
    queue.add(request).ifPresent(future::completeExceptionally);
    var unused = future.whenComplete((result, fault) -> removeIfCancelled(request));
    return future;
  }

  private void removeIfCancelled(Request<K, I, O> request) {
    if (request.future().isCancelled()) {
      queue.remove(request);
    }
  }

  /** Whether the lane has ended, because of a failure or by {@link #close}. */
  public boolean hasEnded() {
    return queue.endReason().isPresent();
  }

  /** Cancels the call into the model, fails all images and closes the model. */
  @Override
  public void close() {
    end(new CancellationException("the lane is closed"));
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} did not end within {}; its model stays open", thread.getName(), CLOSE_TIMEOUT);
    }
    watchdog.close();
  }

  /** Called if the lane's thread is stuck in a call that cannot be cancelled. */
  private void giveUp() {
    String message = "a call into the model did not return and cannot be cancelled";
    guard.giveUp(message);
    end(new LaneBrokenException(message + " (spackle.lane.watchdog)", null));
  }

  private void end(Throwable reason) {
    queue.end(reason).forEach(request -> request.future().completeExceptionally(reason));
  }
}
