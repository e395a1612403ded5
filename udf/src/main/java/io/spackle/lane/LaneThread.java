package io.spackle.lane;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.spackle.graph.Cancellation;
import io.spackle.lane.Batcher.Running;
import io.spackle.lane.Batcher.Turn;
import io.spackle.lane.LaneQueue.Group;
import io.spackle.lane.LaneQueue.Request;
import io.spackle.lane.Watchdog.Watch;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ModelShare;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a lane's thread: turn by turn, the images of one group begin, take a step and are
 * finished.
 *
 * <p>A step that fails is taken again image by image, so that only the faulty image fails. A batch
 * that does not fit into memory is halved. If {@link #FAULTS_IN_A_ROW} images fail in a row, each
 * alone, the model or the device is at fault: the lane ends.
 */
final class LaneThread<K, I, S, O> implements Runnable {

  /** After this many images that failed alone, the model or device counts as broken. */
  static final int FAULTS_IN_A_ROW = 16;

  /** The weight of a stall among them: it costs far more time than other failures. */
  private static final int FAULTS_PER_STALL = 8;

  private static final Logger LOG = LoggerFactory.getLogger(LaneThread.class);

  private final LaneModel<K, I, S, O> model;
  private final LaneQueue<K, I, O> queue;
  private final Parts parts;
  private final Map<Group, List<LaneImage<K, I, S, O>>> running = new LinkedHashMap<>();
  private final Map<Object, BatchLimit> limits = new HashMap<>();
  private int faultsInARow;

  /**
   * What the thread works with.
   *
   * @param maxImages images per batch
   * @param end ends the lane for a reason
   */
  record Parts(
      int maxImages,
      Watchdog watchdog,
      ExecutorGuard guard,
      ExecutorMetrics metrics,
      Consumer<Throwable> end) {}

  LaneThread(LaneModel<K, I, S, O> model, LaneQueue<K, I, O> queue, Parts parts) {
    this.model = model;
    this.queue = queue;
    this.parts = parts;
  }

  @Override
  public void run() {
    try {
      Optional<Turn<Group, Request<K, I, O>>> turn = queue.take(runningGroups(), this::maxSize);
      while (turn.isPresent()) {
        take(turn.get());
        turn = queue.take(runningGroups(), this::maxSize);
      }
    } catch (Error e) {
      parts.end().accept(e); // rethrown on the tasks' threads, where Spark handles it
    } catch (Exception e) { // not caused by an image
      parts.end().accept(new LaneBrokenException("the lane failed: " + e, e));
    } finally {
      parts.metrics().laneClosed();
      model.close();
    }
  }

  private Map<Group, Running> runningGroups() {
    Map<Group, Running> groups = new LinkedHashMap<>();
    running.forEach(
        (group, images) -> groups.put(group, new Running(images.size(), images.get(0).number())));
    return groups;
  }

  private int maxSize(Group group) {
    return group.isSingle() ? 1 : limit(group).current();
  }

  /** The memory of a batch depends on the size of its images, so each group has its own limit. */
  private BatchLimit limit(Group group) {
    return limits.computeIfAbsent(group.key(), key -> new BatchLimit(parts.maxImages()));
  }

  private void take(Turn<Group, Request<K, I, O>> turn) {
    Group group = turn.key();
    List<LaneImage<K, I, S, O>> images = running.computeIfAbsent(group, key -> new ArrayList<>());
    turn.joining().forEach(request -> images.add(new LaneImage<>(request)));
    images.removeIf(LaneImage::hasLeft);
    Optional<Supplier<Marker>> marker =
        images.stream().findFirst().flatMap(image -> image.request().marker());
    if (marker.isPresent()) {
      runAlone(images.get(0), marker.get());
    } else {
      parts.guard().shared(() -> advance(group, images));
    }
    images.removeIf(LaneImage::hasLeft);
    if (images.isEmpty()) {
      running.remove(group);
    }
    queue.forgetLeft();
  }

  /** Runs an image to its end while no other lane of this JVM runs. */
  private void runAlone(LaneImage<K, I, S, O> image, Supplier<Marker> opener) {
    List<LaneImage<K, I, S, O>> alone = List.of(image);
    parts
        .guard()
        .exclusive(
            () -> {
              try (Marker marker = opener.get()) {
                while (!image.hasLeft()) {
                  advance(image.request().group(), alone);
                }
              }
            });
    image.settle();
  }

  /**
   * Begins the images that have joined, advances all by a step, and finishes those that are done.
   */
  private void advance(Group group, List<LaneImage<K, I, S, O>> images) {
    for (LaneImage<K, I, S, O> image : images) {
      if (image.state() == null) {
        attempt(List.of(image), this::begin);
      }
    }
    for (List<LaneImage<K, I, S, O>> batch : batches(images, maxSize(group))) {
      attempt(batch, this::step);
    }
    for (LaneImage<K, I, S, O> image : images) {
      if (!image.hasLeft() && model.isDone(image.state())) {
        attempt(List.of(image), this::finish);
      }
    }
  }

  /** The images that are to take a step, in batches. */
  private List<List<LaneImage<K, I, S, O>>> batches(
      List<LaneImage<K, I, S, O>> images, int maxSize) {
    Map<Object, List<LaneImage<K, I, S, O>>> byKey =
        images.stream()
            .filter(image -> !image.hasLeft() && !model.isDone(image.state()))
            .collect(
                groupingBy(image -> model.batchKey(image.state()), LinkedHashMap::new, toList()));
    List<List<LaneImage<K, I, S, O>>> batches = new ArrayList<>();
    for (List<LaneImage<K, I, S, O>> alike : byKey.values()) {
      for (int from = 0; from < alike.size(); from += maxSize) {
        batches.add(alike.subList(from, Math.min(from + maxSize, alike.size())));
      }
    }
    return batches;
  }

  private void begin(List<LaneImage<K, I, S, O>> one) {
    LaneImage<K, I, S, O> image = one.get(0);
    Request<K, I, O> request = image.request();
    image.setState(
        call(
            one, cancellation -> model.begin(request.parameters(), request.input(), cancellation)));
  }

  private void step(List<LaneImage<K, I, S, O>> batch) {
    BatchLimit limit = limit(batch.get(0).request().group());
    int room = maxSize(batch.get(0).request().group());
    List<S> states = batch.stream().map(LaneImage::state).toList();
    List<S> next;
    try {
      next = call(batch, cancellation -> model.step(states, cancellation));
    } finally {
      parts.metrics().addBatch(batch.size(), room);
    }
    if (next.size() != batch.size()) {
      throw new IllegalStateException(next.size() + " outputs of " + batch.size() + " inputs");
    }
    ModelShare share = new ModelShare(Duration.ZERO, 1.0 / batch.size());
    for (int i = 0; i < next.size(); i++) {
      batch.get(i).setState(next.get(i));
      batch.get(i).addShare(share);
    }
    limit.fitted(batch.size());
  }

  private void finish(List<LaneImage<K, I, S, O>> one) {
    LaneImage<K, I, S, O> image = one.get(0);
    O output = call(one, cancellation -> model.finish(image.state(), cancellation));
    faultsInARow = 0;
    image.complete(output);
  }

  /** Makes a call into the model that is watched, timed, and cancelled if all images have left. */
  private <R> R call(List<LaneImage<K, I, S, O>> images, Function<Cancellation, R> work) {
    Cancellation cancellation = new Cancellation();
    queue.start(images.stream().map(LaneImage::request).toList(), cancellation);
    long start = System.nanoTime();
    try (Watch watch = parts.watchdog().watch(cancellation)) {
      try {
        return work.apply(cancellation);
      } catch (CancellationException e) {
        throw watch.hasCancelled() ? watch.stalled(e) : e;
      }
    } finally {
      queue.finish();
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      parts.metrics().addBusy(time);
      ModelShare share = new ModelShare(time.dividedBy(images.size()), 0);
      images.forEach(image -> image.addShare(share));
    }
  }

  /** Does a part of the work for images; on failure, again for those that may succeed. */
  private void attempt(
      List<LaneImage<K, I, S, O>> images, Consumer<List<LaneImage<K, I, S, O>>> work) {
    List<LaneImage<K, I, S, O>> present =
        images.stream().filter(image -> !image.hasLeft()).toList();
    if (present.isEmpty()) {
      return;
    }
    try {
      work.accept(present);
    } catch (CancellationException e) {
      Throwable reason = queue.endReason().orElse(e);
      present.forEach(image -> image.fail(reason));
    } catch (RuntimeException e) {
      recover(present, work, new ModelFault(e));
    }
  }

  private void recover(
      List<LaneImage<K, I, S, O>> images,
      Consumer<List<LaneImage<K, I, S, O>>> work,
      ModelFault fault) {
    int size = images.size();
    if (fault.isOutOfMemory()) {
      limit(images.get(0).request().group()).outOfMemory(size);
    }
    if (size == 1 && fault.isStall() && !images.get(0).hasStalled()) {
      LOG.warn("retrying an image: {}", fault.message());
      images.get(0).setStalled();
      attempt(images, work);
    } else if (size == 1) {
      failAlone(images.get(0), fault);
    } else if (fault.isOutOfMemory()) {
      LOG.warn("out of memory with a batch of {}, halving it: {}", size, fault.message());
      attempt(images.subList(0, size / 2), work);
      attempt(images.subList(size / 2, size), work);
    } else {
      LOG.warn("a batch of {} failed, running it image by image: {}", size, fault.message());
      for (LaneImage<K, I, S, O> image : images) {
        if (fault.isStall()) {
          image.setStalled();
        }
        attempt(List.of(image), work);
      }
    }
  }

  private void failAlone(LaneImage<K, I, S, O> image, ModelFault fault) {
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
      parts.end().accept(new LaneBrokenException(message, fault.cause()));
    }
    image.fail(queue.endReason().orElse(fault.toRowException()));
  }
}
