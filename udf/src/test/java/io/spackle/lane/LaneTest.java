package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.family.SchedulerChoice;
import io.spackle.family.UnusableImageException;
import io.spackle.graph.GraphException;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.pipeline.TestImages;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LaneTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final Semaphore gate = new Semaphore(0);
  private final Semaphore started = new Semaphore(0);
  private final List<Lane<InpaintParameters, InpaintInput, InpaintedImage>> lanes =
      new ArrayList<>();
  private final ExecutorGuard guard = TestImages.guard();
  private final ExecutorMetrics metrics = new ExecutorMetrics();

  @AfterEach
  void close() {
    lanes.forEach(Lane::close);
  }

  @Test
  void waitingImagesShareABatch() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 3);
    var first = submit(lane, "first");
    started.acquire();
    var others =
        List.of(submit(lane, "a"), submit(lane, "b"), submit(lane, "c"), submit(lane, "d"));
    gate.release(10);
    first.get();
    for (var other : others) {
      other.get();
    }
    assertThat(model.batches())
        .containsExactly(List.of("first"), List.of("a", "b", "c"), List.of("d"));
  }

  @Test
  void batchWaitsForAnnouncedImages() throws Exception {
    FakeInpainter model = new FakeInpainter();
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 8);
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      var a = submit(lane, "a");
      var b = submit(lane, "b");
      assertThat(a).isNotDone();
      arrival.retract();
      a.get();
      b.get();
    }
    assertThat(model.batches()).containsExactly(List.of("a", "b"));
  }

  @Test
  void batchWaitsNoLongerThanTheMaximumWait() throws Exception {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        lane(new FakeInpainter(), 8, Duration.ofMillis(20));
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      assertThat(submit(lane, "a").get().queued()).isGreaterThan(Duration.ofMillis(19));
    }
  }

  @Test
  void imagesOfOneSizeShareABatchWhateverTheirParameters() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 8);
    var first = lane.submit(parameters(4), input("first"));
    started.acquire();
    var others =
        List.of(
            lane.submit(parameters(4), input("a")),
            lane.submit(parameters(16, 4), input("large")),
            lane.submit(parameters(5), input("b")));
    gate.release(10);
    first.get();
    for (var other : others) {
      other.get();
    }
    assertThat(model.batches())
        .containsExactly(List.of("first"), List.of("a", "b"), List.of("large"));
  }

  @Test
  void imagesJoinBetweenStepsAndLeaveWhenTheyAreDone() throws Exception {
    FakeInpainter model = FakeInpainter.stepwise(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 2);
    var first = lane.submit(parameters(3), input("first"));
    started.acquire();
    var second = lane.submit(parameters(4), input("second"));
    var third = lane.submit(parameters(1), input("third"));
    gate.release(10);
    assertThat(first.get().share().calls()).as("one call, and two that were shared").isEqualTo(2);
    assertThat(second.get().share().calls()).isEqualTo(2.5);
    assertThat(third.get().share().calls()).isEqualTo(0.5);
    assertThat(model.batches())
        .containsExactly(
            List.of("first"),
            List.of("first", "second"),
            List.of("first", "second"),
            List.of("second", "third"),
            List.of("second"));
  }

  @Test
  void aFaultCostsAStepAndNotTheBatch() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    FakeInpainter model =
        FakeInpainter.stepwise(
            (inputs, cancellation) -> {
              if (calls.incrementAndGet() == 3) {
                throw new GraphException(GraphException.Kind.FAILED, "now and then", null);
              }
            });
    runTogether(lane(model, 2), parameters(4), "a", "b");
    assertThat(model.batches())
        .containsExactly(
            List.of("a", "b"),
            List.of("a", "b"),
            List.of("a", "b"),
            List.of("a"),
            List.of("b"),
            List.of("a", "b"));
  }

  @Test
  void theOldestImageIsInEveryStepSoThatNoSizeStarves() throws Exception {
    FakeInpainter model = FakeInpainter.stepwise(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 2);
    var first = lane.submit(parameters(8, 2), input("first"));
    started.acquire();
    var large = lane.submit(parameters(16, 2), input("large"));
    var late = lane.submit(parameters(8, 2), input("late"));
    gate.release(10);
    first.get();
    large.get();
    late.get();
    assertThat(model.batches())
        .containsExactly(
            List.of("first"),
            List.of("first", "late"),
            List.of("large"),
            List.of("large"),
            List.of("late"));
  }

  @Test
  void onlyTheFaultyImageOfABatchFails() throws Exception {
    FakeInpainter model =
        failing("bad", new GraphException(GraphException.Kind.FAILED, "broken", null));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 3);
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      var a = submit(lane, "a");
      var bad = submit(lane, "bad");
      var c = submit(lane, "c");
      a.get();
      c.get();
      assertFails(bad, ErrorCode.MODEL_FAILED, "broken");
    }
    assertThat(model.batches())
        .containsExactly(List.of("a", "bad", "c"), List.of("a"), List.of("bad"), List.of("c"));
  }

  @Test
  void unusableImagesAndUnexpectedFailuresHaveErrorCodes() throws Exception {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> black =
        lane(failing("bad", new UnusableImageException("black")), 1);
    assertFails(submit(black, "bad"), ErrorCode.MODEL_OUTPUT, "black");
    Lane<InpaintParameters, InpaintInput, InpaintedImage> bug =
        lane(failing("bad", new IllegalStateException("bug")), 1);
    assertFails(submit(bug, "bad"), ErrorCode.MODEL_FAILED, "java.lang.IllegalStateException: bug");
  }

  @Test
  void batchTooLargeForMemoryIsHalvedAndTheLimitKept() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (inputs.size() > 1) {
                throw new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null);
              }
            });
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 4);
    assertThat(runTogether(lane, parameters(4), "a", "b", "c", "d")).hasSize(4);
    assertThat(model.batches())
        .containsExactly(
            List.of("a", "b", "c", "d"),
            List.of("a", "b"),
            List.of("a"),
            List.of("b"),
            List.of("c", "d"),
            List.of("c"),
            List.of("d"));
    runTogether(lane, parameters(4), "e", "f");
    assertThat(model.batches()).endsWith(List.of("e"), List.of("f"));
  }

  @Test
  void batchLimitIsPerImageSize() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (inputs.size() > 1 && inputs.get(0).prompt().startsWith("large")) {
                throw new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null);
              }
            });
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 2);
    InpaintParameters large = parameters(16, 4);
    runTogether(lane, large, "large 1", "large 2");
    runTogether(lane, parameters(4), "a", "b");
    assertThat(model.batches()).endsWith(List.of("a", "b"));
  }

  @Test
  void imageTooLargeForMemoryFails() throws Exception {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        lane(
            failing("big", new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null)), 4);
    assertFails(submit(lane, "big"), ErrorCode.MODEL_MEMORY, "full");
    submit(lane, "small").get();
  }

  @Test
  void manyFailuresInARowEndTheLane() throws Exception {
    RuntimeException fault = new GraphException(GraphException.Kind.FAILED, "session lost", null);
    FakeInpainter model = failing("bad", fault);
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 1);
    for (int i = 1; i < LaneThread.FAULTS_IN_A_ROW; i++) {
      assertFails(submit(lane, "bad"), ErrorCode.MODEL_FAILED, "session lost");
    }
    assertThatThrownBy(() -> submit(lane, "bad").get())
        .hasCauseInstanceOf(LaneBrokenException.class)
        .hasMessageContaining("session lost");
    assertThatThrownBy(() -> submit(lane, "good").get())
        .hasCauseInstanceOf(LaneBrokenException.class);
    assertThat(lane.hasEnded()).isTrue();
    assertThat(model.closed().await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aSuccessResetsTheCountOfFailures() throws Exception {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        lane(failing("bad", new UnusableImageException("bad input")), 1);
    for (int i = 0; i < 3 * LaneThread.FAULTS_IN_A_ROW; i++) {
      CompletableFuture<Lane.Result<InpaintedImage>> next =
          submit(lane, i % 8 == 0 ? "good" : "bad");
      next.handle((result, fault) -> fault).get();
    }
    assertThat(lane.hasEnded()).isFalse();
  }

  @Test
  void errorEndsTheLaneAndReachesTheCallers() {
    FakeInpainter model =
        new FakeInpainter(
            (inputs, cancellation) -> {
              throw new OutOfMemoryError("heap");
            });
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 1);
    assertThatThrownBy(() -> submit(lane, "a").get()).hasCauseInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(() -> submit(lane, "b").get()).hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void cancelledImageLeavesTheQueue() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 8);
    var first = submit(lane, "first");
    started.acquire();
    var leaving = submit(lane, "leaving");
    var staying = submit(lane, "staying");
    leaving.cancel(false);
    gate.release(10);
    first.get();
    staying.get();
    assertThat(model.batches()).containsExactly(List.of("first"), List.of("staying"));
  }

  @Test
  void batchWhoseImagesAreAllCancelledEnds() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 2);
    List<CompletableFuture<Lane.Result<InpaintedImage>>> batch;
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      batch = List.of(submit(lane, "a"), submit(lane, "b"));
      started.acquire();
    }
    var next = submit(lane, "next");
    batch.get(0).cancel(false);
    assertThat(started.tryAcquire()).isFalse(); // the other image still needs it
    long start = System.nanoTime();
    batch.get(1).cancel(false);
    started.acquire();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    gate.release();
    next.get();
  }

  @Test
  void batchContinuesForTheImagesThatAreNotCancelled() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 2);
    List<CompletableFuture<Lane.Result<InpaintedImage>>> batch;
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      batch = List.of(submit(lane, "a"), submit(lane, "b"));
      started.acquire();
    }
    batch.get(0).cancel(false);
    gate.release();
    batch.get(1).get();
    assertThat(model.batches()).containsExactly(List.of("a", "b"));
  }

  @Test
  void closeCancelsAllImagesAndClosesTheModel() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, started));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 1);
    var running = submit(lane, "running");
    started.acquire();
    var waiting = submit(lane, "waiting");
    lane.close();
    assertThat(model.closed().getCount()).isZero();
    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(waiting::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> submit(lane, "late").get()).isInstanceOf(CancellationException.class);
  }

  @Test
  void modelIsUsedByOneThreadAtATime() throws Exception {
    AtomicBoolean busy = new AtomicBoolean();
    FakeInpainter model =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (!busy.compareAndSet(false, true)) {
                throw new AssertionError("two threads in the model");
              }
              busy.set(false);
            });
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane = lane(model, 3);
    List<CompletableFuture<Lane.Result<InpaintedImage>>> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(submit(lane, "p" + i));
    }
    for (var one : all) {
      one.get();
    }
  }

  private static final Duration PATIENCE = Duration.ofMillis(300);

  /** Stalls on some batches until it is cancelled. */
  private static FakeInpainter stalling(Predicate<List<String>> batch) {
    return new FakeInpainter(
        (inputs, cancellation) -> {
          if (batch.test(inputs.stream().map(InpaintInput::prompt).toList())) {
            FakeInpainter.gated(new Semaphore(0), new Semaphore(0)).run(inputs, cancellation);
          }
        });
  }

  @Test
  void onlyTheImageThatStallsTwiceFails() throws Exception {
    FakeInpainter model = stalling(batch -> batch.contains("bad"));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        lane(model, PATIENCE); // batches of up to four
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      var bad = submit(lane, "bad");
      var others = List.of(submit(lane, "a"), submit(lane, "b"), submit(lane, "c"));
      for (var other : others) {
        other.get();
      }
      assertFails(
          bad,
          ErrorCode.MODEL_TIMEOUT,
          "a call into the model did not return within 0.3 s (spackle.lane.watchdog)");
    }
    assertThat(model.batches()).startsWith(List.of("bad", "a", "b", "c"), List.of("bad"));
    assertThat(model.batches()).hasSize(5);
  }

  @Test
  void imageIsRetriedAfterOneStall() throws Exception {
    AtomicBoolean first = new AtomicBoolean(true);
    FakeInpainter model = stalling(batch -> first.getAndSet(false));
    submit(lane(model, PATIENCE), "a").get();
    assertThat(model.batches()).containsExactly(List.of("a"), List.of("a"));
  }

  @Test
  void watchdogLimitsSingleCallsOnly() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (inputs, cancellation) -> {
              for (int call = 0; call < 10; call++) {
                cancellation.check();
                Thread.sleep(250);
              }
            });
    submit(lane(model, Duration.ofSeconds(2)), "a").get(); // a busy machine sleeps longer
    assertThat(model.batches()).hasSize(1);
  }

  @Test
  void callThatCannotBeCancelledEndsTheExecutor() throws Exception {
    FakeInpainter model =
        new FakeInpainter((inputs, cancellation) -> new CountDownLatch(1).await());
    AtomicInteger halts = new AtomicInteger();
    ExecutorGuard executorGuard = new ExecutorGuard(() -> true, halts::incrementAndGet);
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        new Lane<>(
            new InpaintLane(model),
            settings(4, LONG, PATIENCE),
            executorGuard,
            metrics); // not closed, which would wait
    var running = submit(lane, "running");
    while (model.batches().isEmpty()) {
      Thread.sleep(10);
    }
    var waiting = submit(lane, "waiting");
    assertThatThrownBy(running::get)
        .hasCauseInstanceOf(LaneBrokenException.class)
        .hasMessageContaining("spackle.lane.watchdog");
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(LaneBrokenException.class);
    assertThat(halts).hasValue(1);
    assertThat(executorGuard.hasGivenUp()).isTrue();
    AtomicBoolean isBlocked = new AtomicBoolean(true);
    executorGuard.exclusive(() -> isBlocked.set(false));
    assertThat(isBlocked).isFalse();
  }

  @Test
  void repeatedStallsEndTheLane() {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        lane(stalling(batch -> true), Duration.ofMillis(50));
    assertThatThrownBy(() -> submit(lane, "a").get()).hasCauseInstanceOf(RowException.class);
    assertThatThrownBy(() -> submit(lane, "b").get()).hasCauseInstanceOf(LaneBrokenException.class);
  }

  @Test
  void imageSubmittedAloneHasAMarkerAndRunsExclusively() throws Exception {
    AtomicInteger running = new AtomicInteger();
    Set<String> together = ConcurrentHashMap.newKeySet();
    AtomicInteger openMarkers = new AtomicInteger();
    FakeInpainter.Inference inference =
        (inputs, cancellation) -> {
          int others = running.getAndIncrement();
          String prompt = inputs.get(0).prompt();
          if (prompt.startsWith("alone")
              && (others > 0 || inputs.size() > 1 || openMarkers.get() != 1)) {
            together.add(prompt);
          }
          Thread.sleep(5);
          running.getAndDecrement();
        };
    Lane<InpaintParameters, InpaintInput, InpaintedImage> one =
        lane(new FakeInpainter(inference), 4, Duration.ofMillis(1));
    Lane<InpaintParameters, InpaintInput, InpaintedImage> other =
        lane(new FakeInpainter(inference), 4, Duration.ofMillis(1));
    List<CompletableFuture<Lane.Result<InpaintedImage>>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(submit(one, "p" + i));
      all.add(submit(other, "q" + i));
      all.add(
          (i % 2 == 0 ? one : other)
              .submitAlone(
                  parameters(4),
                  input("alone" + i),
                  () -> {
                    openMarkers.incrementAndGet();
                    return openMarkers::decrementAndGet;
                  }));
    }
    for (var image : all) {
      image.get();
    }
    assertThat(together).isEmpty();
    assertThat(openMarkers).hasValue(0);
  }

  private Lane<InpaintParameters, InpaintInput, InpaintedImage> lane(
      FakeInpainter model, Duration watchdog) {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        new Lane<>(new InpaintLane(model), settings(4, LONG, watchdog), guard, metrics);
    lanes.add(lane);
    return lane;
  }

  private static LaneSettings settings(int maxImages, Duration maxWait, Duration watchdog) {
    return new LaneSettings(maxImages, maxWait, 4, 1L << 28, watchdog);
  }

  private Lane<InpaintParameters, InpaintInput, InpaintedImage> lane(
      FakeInpainter model, int maxImages) {
    return lane(model, maxImages, LONG);
  }

  private Lane<InpaintParameters, InpaintInput, InpaintedImage> lane(
      FakeInpainter model, int maxImages, Duration maxWait) {
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane =
        new Lane<>(
            new InpaintLane(model), TestImages.laneSettings(maxImages, maxWait), guard, metrics);
    lanes.add(lane);
    return lane;
  }

  private static FakeInpainter failing(String prompt, RuntimeException fault) {
    return new FakeInpainter(
        (inputs, cancellation) -> {
          if (inputs.stream().anyMatch(input -> input.prompt().equals(prompt))) {
            throw fault;
          }
        });
  }

  private static List<Lane.Result<InpaintedImage>> runTogether(
      Lane<InpaintParameters, InpaintInput, InpaintedImage> lane,
      InpaintParameters parameters,
      String... prompts)
      throws Exception {
    List<CompletableFuture<Lane.Result<InpaintedImage>>> futures = new ArrayList<>();
    try (Lane.Arrival arrival = lane.arrival()) {
      arrival.announce();
      for (String prompt : prompts) {
        futures.add(lane.submit(parameters, input(prompt)));
      }
    }
    List<Lane.Result<InpaintedImage>> all = new ArrayList<>();
    for (var future : futures) {
      all.add(future.get());
    }
    return all;
  }

  private static CompletableFuture<Lane.Result<InpaintedImage>> submit(
      Lane<InpaintParameters, InpaintInput, InpaintedImage> lane, String prompt) {
    return lane.submit(parameters(4), input(prompt));
  }

  private static InpaintParameters parameters(int steps) {
    return parameters(8, steps);
  }

  private static InpaintParameters parameters(int side, int steps) {
    return new InpaintParameters(
        side,
        side,
        new InpaintParameters.Sampling(steps, 7.5, 1, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  private static InpaintInput input(String prompt) {
    RgbImage image = new RgbImage(8, 8, new byte[3 * 64]);
    return new InpaintInput(image, new Mask(8, 8, new byte[64]), prompt, null, null, 1);
  }

  private static void assertFails(
      CompletableFuture<Lane.Result<InpaintedImage>> future, ErrorCode code, String message) {
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RowException.class, fault -> assertThat(fault.code()).isEqualTo(code))
        .hasMessage(message);
  }
}
