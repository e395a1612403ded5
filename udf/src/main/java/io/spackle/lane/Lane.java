package io.spackle.lane;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedBatch;
import io.spackle.family.Inpainter;
import io.spackle.family.UnusableImageException;
import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.lane.Batcher.Batch;
import io.spackle.lane.Watchdog.Watch;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.quarantine.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue before one open model, and the one thread that runs it. All tasks of an executor submit
 * to the same lane, so that batches fill across tasks and the device does not wait for a task edge.
 *
 * <p>A batch that fails is painted again image by image, so that only the bad one fails. One that
 * does not fit into memory is halved. If {@link #FAULTS_IN_A_ROW} images in a row fail, each alone
 * and none painted between them, the fault is the model's or the device's: the lane ends and all
 * that waits fails with {@link LaneBrokenException}.
 *
 * <p>A run that comes to a standstill is cancelled, see {@link Watchdog}, and counts as failed; an
 * image fails for it only once it stood still twice. If it cannot even be cancelled, the lane ends
 * without its thread, and this JVM with it where it is an executor.
 *
 * <p>The queue has no bound of its own: a row holds memory before it comes here, see {@link
 * InFlightLimits}.
 */
public final class Lane implements AutoCloseable {

  /** After as many images that failed alone, the model or device is taken for broken. */
  static final int FAULTS_IN_A_ROW = 16;

  /** What a standstill counts among them: it costs far more time than other faults. */
  private static final int FAULTS_OF_A_STANDSTILL = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** From the cancelling of a run to its end; cancelling takes effect at its next node. */
  private static final Duration LONGEST_GRACE = Duration.ofMinutes(1);

  /**
   * What the images of a batch share.
   *
   * @param alone the one image that may be in it, or null where there may be several
   */
  private record Group(InpaintParameters plan, Object alone) {}

  /**
   * An image in the lane; one whose future is done has left.
   *
   * @param stoodStill whether a run with it did
   */
  private record Request(
      Group group,
      InpaintInput subject,
      Optional<Supplier<Marker>> mark,
      long since,
      CompletableFuture<LaneResult> future,
      boolean stoodStill) {

    boolean hasLeft() {
      return future.isDone();
    }

    Request afterStandstill() {
      return new Request(group, subject, mark, since, future, true);
    }
  }

  /** A batch on the device. */
  private record Running(List<Request> requests, Cancellation cancellation) {

    boolean isAbandoned() {
      return requests.stream().allMatch(Request::hasLeft);
    }
  }

  private final Inpainter inpainter;
  private final int maxImages;
  private final ExecutorGuard precautions;
  private final ExecutorMetrics meters;
  private final Watchdog watchdog;
  private final Thread thread;

  // Touched by the lane's thread only.
  private final Map<Long, BatchLimit> limits = new HashMap<>();
  private int faultsInARow;

  // Guarded by this. No future is completed under this lock: that runs other people's code.
  private final Batcher<Group, Request> waiting;
  private int expected;
  private Running running;
  private Throwable end;

  /**
   * Starts the lane's thread.
   *
   * @param inpainter closed by the lane, after its last run
   * @param batching how images become batches, and how long a call into the model may take
   * @param precautions shared by all lanes of the JVM
   * @param meters likewise
   */
  public Lane(
      Inpainter inpainter,
      LaneSettings batching,
      ExecutorGuard precautions,
      ExecutorMetrics meters) {
    this.inpainter = inpainter;
    this.maxImages = batching.maxImages();
    this.waiting = new Batcher<>(batching.maxWait());
    this.precautions = precautions;
    this.meters = meters;
    Duration patience = batching.watchdog();
    Duration grace = patience.compareTo(LONGEST_GRACE) < 0 ? patience : LONGEST_GRACE;
    this.watchdog = new Watchdog(patience, grace, this::giveUp);
    this.thread = new Thread(this::run, "spackle-lane-" + inpainter.traits().family());
    this.thread.setDaemon(true);
    meters.laneOpened();
    this.thread.start();
  }

  /**
   * Queues one image.
   *
   * @return the painting; or a {@link RowException} if this image fails, alone as in a batch, or
   *     what ended the lane. Cancelling it leaves the queue at once, and ends the run of a batch
   *     that everyone has left.
   */
  public CompletableFuture<LaneResult> submit(InpaintParameters plan, InpaintInput subject) {
    return submit(new Group(plan, null), subject, Optional.empty());
  }

  /**
   * Queues one image that is painted alone in this JVM.
   *
   * @param mark opened before the model gets the image and closed after
   * @return as of {@link #submit}
   */
  public CompletableFuture<LaneResult> submitAlone(
      InpaintParameters plan, InpaintInput subject, Supplier<Marker> mark) {
    return submit(new Group(plan, new Object()), subject, Optional.of(mark));
  }

  private CompletableFuture<LaneResult> submit(
      Group group, InpaintInput subject, Optional<Supplier<Marker>> mark) {
    CompletableFuture<LaneResult> future = new CompletableFuture<>();
    Request request = new Request(group, subject, mark, System.nanoTime(), future, false);
    enqueue(request).ifPresent(future::completeExceptionally);
    var unused = future.whenComplete((painted, fault) -> leaveIfCancelled(request));
    return future;
  }

  /** Stands for an image that may come; nobody waits for it until it is announced. */
  public Arrival arrival() {
    return new Arrival(this::expect);
  }

  private synchronized void expect(int more) {
    expected += more;
    notifyAll();
  }

  /** Whether the lane has ended, by a fault or by {@link #close}. */
  public synchronized boolean hasEnded() {
    return end != null;
  }

  /** Ends the running batch, fails what waits and has the model closed. */
  @Override
  public void close() {
    end(new CancellationException("the lane is closed"));
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("{} did not end within {}; its model stays open", thread.getName(), CLOSING);
    }
    watchdog.close();
  }

  /** Returns what ended the lane, if it takes nothing any more. */
  private synchronized Optional<Throwable> enqueue(Request request) {
    if (end == null) {
      waiting.add(request.group(), request, request.since());
      notifyAll();
    }
    return Optional.ofNullable(end);
  }

  private void leaveIfCancelled(Request request) {
    if (request.future().isCancelled()) {
      withdraw(request).ifPresent(batch -> batch.cancellation().cancel());
    }
  }

  /** Returns the running batch if nobody waits for it any more. */
  private synchronized Optional<Running> withdraw(Request request) {
    waiting.remove(request.group(), request);
    return running().filter(Running::isAbandoned);
  }

  private void run() {
    try {
      Optional<Batch<Group, Request>> batch = take();
      while (batch.isPresent()) {
        paint(batch.get().key().plan(), batch.get().members());
        batch = take();
      }
    } catch (Error e) {
      end(e); // thrown again on the tasks' threads, where Spark deals with it
    } catch (Exception e) { // nothing that an image can cause
      end(new LaneBrokenException("the lane failed: " + e, e));
    } finally {
      meters.laneClosed();
      inpainter.close();
    }
  }

  /** Waits for the next batch; empty when the lane has ended. */
  private synchronized Optional<Batch<Group, Request>> take() throws InterruptedException {
    while (end == null) {
      var batch = waiting.next(System.nanoTime(), this::mostTogether, expected > 0);
      if (batch.isPresent()) {
        return batch;
      }
      long nanos = waiting.isEmpty() ? Long.MAX_VALUE : waiting.nanosUntilDue(System.nanoTime());
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }
    return Optional.empty();
  }

  private int mostTogether(Group group) {
    return group.alone() == null ? limit(group.plan()).current() : 1;
  }

  /** Memory goes by pixels: a few large images do not slow all the small ones down. */
  private BatchLimit limit(InpaintParameters plan) {
    long pixels = (long) plan.width() * plan.height();
    return limits.computeIfAbsent(pixels, size -> new BatchLimit(maxImages));
  }

  private void paint(InpaintParameters plan, List<Request> requests) {
    List<Request> present = requests.stream().filter(request -> !request.hasLeft()).toList();
    if (present.isEmpty()) {
      return;
    }
    try {
      inpaint(plan, present);
      limit(plan).fitted(present.size());
      faultsInARow = 0;
    } catch (CancellationException e) {
      fail(present, reasonToEnd().orElse(e));
    } catch (RuntimeException e) {
      recover(plan, present, e);
    } catch (Error e) {
      fail(present, e);
      throw e;
    }
  }

  private void inpaint(InpaintParameters plan, List<Request> requests) {
    Running batch = new Running(requests, new Cancellation());
    long start = System.nanoTime();
    start(batch);
    try {
      deliver(requests, inpaint(plan, batch), start);
    } finally {
      stop();
      int room = mostTogether(requests.get(0).group());
      meters.addBatch(requests.size(), room, System.nanoTime() - start);
    }
  }

  private InpaintedBatch inpaint(InpaintParameters plan, Running batch) {
    Optional<Supplier<Marker>> mark = batch.requests().get(0).mark();
    if (mark.isEmpty()) {
      return precautions.together(() -> watched(plan, batch));
    }
    return precautions.alone(
        () -> {
          Marker left = mark.get().get();
          try {
            return watched(plan, batch);
          } finally {
            left.close();
          }
        });
  }

  private InpaintedBatch watched(InpaintParameters plan, Running batch) {
    List<InpaintInput> subjects = batch.requests().stream().map(Request::subject).toList();
    try (Watch watch = watchdog.watch(batch.cancellation())) {
      try {
        return inpainter.inpaint(plan, subjects, batch.cancellation());
      } catch (CancellationException e) {
        throw watch.hasCancelled() ? watch.standstill(e) : e;
      }
    }
  }

  private synchronized void start(Running batch) {
    if (end != null || batch.isAbandoned()) {
      throw new CancellationException("nobody waits for this batch");
    }
    running = batch;
  }

  private synchronized void stop() {
    running = null;
  }

  private static void deliver(List<Request> requests, InpaintedBatch batch, long start) {
    int size = requests.size();
    if (batch.images().size() != size) {
      throw new IllegalStateException(
          batch.images().size() + " paintings of " + size + " subjects");
    }
    Duration share = Duration.ofNanos(System.nanoTime() - start).dividedBy(size);
    for (int i = 0; i < size; i++) {
      Request request = requests.get(i);
      Duration queued = Duration.ofNanos(start - request.since());
      request.future().complete(new LaneResult(batch.images().get(i), queued, share));
    }
  }

  /** Paints what can be painted of a batch that failed. */
  private void recover(InpaintParameters plan, List<Request> requests, RuntimeException fault) {
    int size = requests.size();
    if (isOutOfMemory(fault)) {
      limit(plan).outOfMemory(size);
    }
    if (size == 1 && isFirstStandstill(fault, requests.get(0))) {
      LOG.warn("an image is tried a second time: {}", fault.getMessage());
      paint(plan, List.of(after(fault, requests.get(0))));
    } else if (size == 1) {
      failAlone(requests, fault);
    } else if (isOutOfMemory(fault)) {
      LOG.warn("no memory for a batch of {}, halved: {}", size, fault.getMessage());
      paint(plan, requests.subList(0, size / 2));
      paint(plan, requests.subList(size / 2, size));
    } else {
      LOG.warn("a batch of {} failed, now image by image: {}", size, fault.getMessage());
      requests.forEach(request -> paint(plan, List.of(after(fault, request))));
    }
  }

  private static Request after(RuntimeException fault, Request request) {
    return fault instanceof StalledException ? request.afterStandstill() : request;
  }

  private static boolean isFirstStandstill(RuntimeException fault, Request request) {
    return fault instanceof StalledException && !request.stoodStill();
  }

  private void failAlone(List<Request> single, RuntimeException fault) {
    if (isAnnounced(fault)) {
      LOG.warn("an image failed: {}", fault.getMessage());
    } else {
      LOG.error("an image failed for no foreseen reason", fault);
    }
    faultsInARow += fault instanceof StalledException ? FAULTS_OF_A_STANDSTILL : 1;
    if (faultsInARow >= FAULTS_IN_A_ROW) {
      String message = "images in a row failed, each alone; the last: " + fault.getMessage();
      end(new LaneBrokenException(message, fault));
    }
    fail(single, reasonToEnd().orElse(new RowException(codeOf(fault), message(fault), fault)));
  }

  private static boolean isOutOfMemory(RuntimeException fault) {
    return fault instanceof GraphException graph
        && graph.kind() == GraphException.Kind.OUT_OF_MEMORY;
  }

  private static ErrorCode codeOf(RuntimeException fault) {
    if (isOutOfMemory(fault)) {
      return ErrorCode.MODEL_MEMORY;
    }
    if (fault instanceof StalledException) {
      return ErrorCode.MODEL_TIMEOUT;
    }
    return fault instanceof UnusableImageException
        ? ErrorCode.MODEL_OUTPUT
        : ErrorCode.MODEL_FAILED;
  }

  private static String message(RuntimeException fault) {
    return isAnnounced(fault) ? fault.getMessage() : fault.toString();
  }

  /** Whether the fault was foreseen; its message is for whoever owns the image. */
  private static boolean isAnnounced(RuntimeException fault) {
    return fault instanceof GraphException
        || fault instanceof UnusableImageException
        || fault instanceof StalledException;
  }

  private static void fail(List<Request> requests, Throwable fault) {
    requests.forEach(request -> request.future().completeExceptionally(fault));
  }

  private synchronized Optional<Throwable> reasonToEnd() {
    return Optional.ofNullable(end);
  }

  /** The thread is lost in a call that cannot be cancelled. */
  private void giveUp() {
    String why = "a call into the model does not come back, nor can it be cancelled";
    precautions.giveUp(why);
    Throwable reason = new LaneBrokenException(why + " (spackle.lane.watchdog)", null);
    end(reason);
    running().ifPresent(batch -> fail(batch.requests(), reason));
  }

  private synchronized Optional<Running> running() {
    return Optional.ofNullable(running);
  }

  /** Takes nothing more, fails what waits and ends what runs; the first reason stays. */
  private void end(Throwable reason) {
    List<Request> left;
    Optional<Running> batch;
    synchronized (this) {
      end = end == null ? reason : end;
      left = waiting.drain();
      batch = running();
      notifyAll();
    }
    fail(left, reason);
    batch.ifPresent(it -> it.cancellation().cancel());
  }
}
