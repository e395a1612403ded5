package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.lane.Batcher.Batch;
import io.spackle.lane.LaneQueue.Group;
import io.spackle.lane.LaneQueue.Request;
import io.spackle.lane.LaneQueue.Running;
import io.spackle.lane.LaneQueue.Unfinished;
import io.spackle.lane.Watchdog.Watch;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>A batch that fails is run again image by image, so that only the faulty one fails. A batch
 * that does not fit into memory is halved. If {@link #FAULTS_IN_A_ROW} images fail in a row, each
 * alone, the model or the device is at fault: the lane ends, and everything that waits fails with
 * {@link LaneBrokenException}.
 *
 * <p>A batch that stalls is cancelled, see {@link Watchdog}, and counts as failed; an image fails
 * only after it stalled twice. If the batch cannot be cancelled, the lane ends without its thread,
 * and so does the process if it is an executor.
 *
 * <p>The queue is unbounded: a row reserves memory before it submits, see {@link InFlightLimits}.
 *
 * @param <K> what the members of a batch share
 * @param <I> an image as the model gets it
 * @param <O> what the model gives for it
 */
public final class Lane<K, I, O> implements AutoCloseable {

  /** After this many images that failed alone, the model or device counts as broken. */
  static final int FAULTS_IN_A_ROW = 16;

  /** The weight of a stall among them: it costs far more time than other failures. */
  private static final int FAULTS_PER_STALL = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** From the cancellation of a batch to its end; it takes effect at the graph's next node. */
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(1);

  private final LaneModel<K, I, O> model;
  private final int maxImages;
  private final ExecutorGuard guard;
  private final ExecutorMetrics metrics;
  private final LaneQueue<K, I, O> queue;
  private final Watchdog watchdog;
  private final Thread thread;

  // Used by the lane's thread only.
  private final Map<Long, BatchLimit> limits = new HashMap<>();
  private int faultsInARow;

  /**
   * Starts the lane's thread.
   *
   * @param model closed by the lane, after its last batch
   * @param settings how images are batched, and how long a call into the model may take
   * @param guard shared by all lanes of the JVM
   * @param metrics shared by all lanes of the JVM
   */
  public Lane(
      LaneModel<K, I, O> model,
      LaneSettings settings,
      ExecutorGuard guard,
      ExecutorMetrics metrics) {
    this.model = model;
    this.maxImages = settings.maxImages();
    this.guard = guard;
    this.metrics = metrics;
    this.queue = new LaneQueue<>(settings.maxWait());
    Duration patience = settings.watchdog();
    Duration grace = patience.compareTo(LONGEST_GRACE) < 0 ? patience : LONGEST_GRACE;
    this.watchdog = new Watchdog(patience, grace, this::giveUp);
    this.thread = new Thread(this::run, "spackle-lane-" + model.name());
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
   * @param share its part of the time that its batch took
   */
  public record Result<O>(O image, Duration queued, Duration share) {}

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
   *     queue, and cancels a running batch all of whose images are cancelled.
   */
  public CompletableFuture<Result<O>> submit(K shared, I input) {
    return submit(new Group<>(shared, null), input, Optional.empty());
  }

  /**
   * Queues one image that runs in a batch of its own while no other lane of this JVM runs.
   *
   * @param marker opened before the model gets the image and closed afterwards
   * @return as of {@link #submit}
   */
  public CompletableFuture<Result<O>> submitAlone(K shared, I input, Supplier<Marker> marker) {
    return submit(new Group<>(shared, new Object()), input, Optional.of(marker));
  }

  private CompletableFuture<Result<O>> submit(
      Group<K> group, I input, Optional<Supplier<Marker>> marker) {
    CompletableFuture<Result<O>> future = new CompletableFuture<>();
    Request<K, I, O> request =
        new Request<>(group, input, marker, System.nanoTime(), future, false);
    queue.add(request).ifPresent(future::completeExceptionally);
    var unused = future.whenComplete((result, fault) -> removeIfCancelled(request));
    return future;
  }

  private void removeIfCancelled(Request<K, I, O> request) {
    if (request.future().isCancelled()) {
      queue.remove(request).ifPresent(abandoned -> abandoned.cancellation().cancel());
    }
  }

  /** Whether the lane has ended, because of a failure or by {@link #close}. */
  public boolean hasEnded() {
    return queue.endReason().isPresent();
  }

  /** Cancels the running batch, fails the waiting images and closes the model. */
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

  private void run() {
    try {
      Optional<Batch<Group<K>, Request<K, I, O>>> batch = queue.take(this::maxBatchSize);
      while (batch.isPresent()) {
        process(batch.get().key().shared(), batch.get().members());
        batch = queue.take(this::maxBatchSize);
      }
    } catch (Error e) {
      end(e); // rethrown on the tasks' threads, where Spark handles it
    } catch (Exception e) { // not caused by an image
      end(new LaneBrokenException("the lane failed: " + e, e));
    } finally {
      metrics.laneClosed();
      model.close();
    }
  }

  private int maxBatchSize(Group<K> group) {
    return group.isSingle() ? 1 : limit(group.shared()).current();
  }

  /** Memory use depends on the size in pixels, so each size has a limit of its own. */
  private BatchLimit limit(K shared) {
    return limits.computeIfAbsent(model.size(shared), size -> new BatchLimit(maxImages));
  }

  /** Runs images in one batch; on failure, runs those again that may succeed. */
  private void process(K shared, List<Request<K, I, O>> requests) {
    List<Request<K, I, O>> present =
        requests.stream().filter(request -> !request.hasLeft()).toList();
    if (present.isEmpty()) {
      return;
    }
    try {
      runBatch(shared, present);
      limit(shared).fitted(present.size());
      faultsInARow = 0;
    } catch (CancellationException e) {
      fail(present, queue.endReason().orElse(e));
    } catch (RuntimeException e) {
      recover(shared, present, new ModelFault(e));
    } catch (Error e) {
      fail(present, e);
      throw e;
    }
  }

  private void runBatch(K shared, List<Request<K, I, O>> requests) {
    Running<K, I, O> batch = new Running<>(requests, new Cancellation());
    long start = System.nanoTime();
    queue.start(batch);
    try {
      complete(requests, runGuarded(shared, batch), start);
    } finally {
      queue.finish();
      int maxSize = maxBatchSize(requests.get(0).group());
      metrics.addBatch(requests.size(), maxSize, System.nanoTime() - start);
    }
  }

  private List<O> runGuarded(K shared, Running<K, I, O> batch) {
    Optional<Supplier<Marker>> opener = batch.requests().get(0).marker();
    if (opener.isEmpty()) {
      return guard.shared(() -> runWatched(shared, batch));
    }
    return guard.exclusive(
        () -> {
          Marker marker = opener.get().get();
          try {
            return runWatched(shared, batch);
          } finally {
            marker.close();
          }
        });
  }

  private List<O> runWatched(K shared, Running<K, I, O> batch) {
    List<I> inputs = batch.requests().stream().map(Request::input).toList();
    try (Watch watch = watchdog.watch(batch.cancellation())) {
      try {
        return model.run(shared, inputs, batch.cancellation());
      } catch (CancellationException e) {
        throw watch.hasCancelled() ? watch.stalled(e) : e;
      }
    }
  }

  private static <K, I, O> void complete(
      List<Request<K, I, O>> requests, List<O> outputs, long start) {
    int size = requests.size();
    if (outputs.size() != size) {
      throw new IllegalStateException(outputs.size() + " outputs of " + size + " inputs");
    }
    Duration share = Duration.ofNanos(System.nanoTime() - start).dividedBy(size);
    for (int i = 0; i < size; i++) {
      Request<K, I, O> request = requests.get(i);
      Duration queued = Duration.ofNanos(start - request.submittedNanos());
      request.future().complete(new Result<>(outputs.get(i), queued, share));
    }
  }

  private void recover(K shared, List<Request<K, I, O>> requests, ModelFault fault) {
    int size = requests.size();
    if (fault.isOutOfMemory()) {
      limit(shared).outOfMemory(size);
    }
    if (size == 1 && fault.isStall() && !requests.get(0).hasStalled()) {
      LOG.warn("retrying an image: {}", fault.message());
      process(shared, List.of(requests.get(0).afterStall()));
    } else if (size == 1) {
      failAlone(requests.get(0), fault);
    } else if (fault.isOutOfMemory()) {
      LOG.warn("out of memory with a batch of {}, halving it: {}", size, fault.message());
      process(shared, requests.subList(0, size / 2));
      process(shared, requests.subList(size / 2, size));
    } else {
      LOG.warn("a batch of {} failed, running it image by image: {}", size, fault.message());
      for (Request<K, I, O> request : requests) {
        process(shared, List.of(fault.isStall() ? request.afterStall() : request));
      }
    }
  }

  private void failAlone(Request<K, I, O> request, ModelFault fault) {
    if (fault.isReported()) {
      LOG.warn("an image failed: {}", fault.message());
    } else {
      LOG.error("an image failed unexpectedly", fault.cause());
    }
    if (!fault.isOfImage()) {
      faultsInARow += fault.isStall() ? FAULTS_PER_STALL : 1;
    }
    if (faultsInARow >= FAULTS_IN_A_ROW) {
      String message = "too many images in a row failed, each alone; the last: " + fault.message();
      end(new LaneBrokenException(message, fault.cause()));
    }
    fail(List.of(request), queue.endReason().orElse(fault.toRowException()));
  }

  private static <K, I, O> void fail(List<Request<K, I, O>> requests, Throwable fault) {
    requests.forEach(request -> request.future().completeExceptionally(fault));
  }

  /** Called if the lane's thread is stuck in a call that cannot be cancelled. */
  private void giveUp() {
    String message = "a call into the model did not return and cannot be cancelled";
    guard.giveUp(message);
    Throwable reason = new LaneBrokenException(message + " (spackle.lane.watchdog)", null);
    end(reason);
    queue.running().ifPresent(batch -> fail(batch.requests(), reason));
  }

  private void end(Throwable reason) {
    Unfinished<K, I, O> unfinished = queue.end(reason);
    fail(unfinished.waiting(), reason);
    unfinished.running().ifPresent(batch -> batch.cancellation().cancel());
  }
}
