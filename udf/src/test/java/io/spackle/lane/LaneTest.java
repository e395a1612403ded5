package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
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

@Timeout(30)
class LaneTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final Semaphore gate = new Semaphore(0);
  private final Semaphore begun = new Semaphore(0);
  private final List<Lane> lanes = new ArrayList<>();
  private final ExecutorGuard precautions = TestImages.precautions();
  private final ExecutorMetrics meters = new ExecutorMetrics();

  @AfterEach
  void close() {
    lanes.forEach(Lane::close);
  }

  @Test
  void whatWaitsIsPaintedTogether() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 3);
    var first = submit(lane, "first");
    begun.acquire();
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
  void aBatchWaitsForImagesOnTheirWay() throws Exception {
    FakeInpainter model = new FakeInpainter();
    Lane lane = lane(model, 8);
    try (Arrival arrival = lane.arrival()) {
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
  void aBatchWaitsForMaxWaitAtMost() throws Exception {
    Lane lane = lane(new FakeInpainter(), 8, Duration.ofMillis(20));
    try (Arrival arrival = lane.arrival()) {
      arrival.announce();
      assertThat(submit(lane, "a").get().queued()).isGreaterThan(Duration.ofMillis(19));
    }
  }

  @Test
  void plansAreNotMixed() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 8);
    var first = lane.submit(plan(4), subject("first"));
    begun.acquire();
    var others =
        List.of(
            lane.submit(plan(4), subject("a")),
            lane.submit(plan(5), subject("b")),
            lane.submit(plan(4), subject("c")));
    gate.release(10);
    first.get();
    for (var other : others) {
      other.get();
    }
    assertThat(model.batches()).containsExactly(List.of("first"), List.of("a", "c"), List.of("b"));
  }

  @Test
  void onlyTheBadImageOfABatchFails() throws Exception {
    FakeInpainter model =
        failing("bad", new GraphException(GraphException.Kind.FAILED, "broken", null));
    Lane lane = lane(model, 3);
    try (Arrival arrival = lane.arrival()) {
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
  void unusableAndUnannouncedFaultsHaveCodes() throws Exception {
    Lane black = lane(failing("bad", new UnusableImageException("black")), 1);
    assertFails(submit(black, "bad"), ErrorCode.MODEL_OUTPUT, "black");
    Lane bug = lane(failing("bad", new IllegalStateException("bug")), 1);
    assertFails(submit(bug, "bad"), ErrorCode.MODEL_FAILED, "java.lang.IllegalStateException: bug");
  }

  @Test
  void aBatchTooLargeForMemoryIsHalvedAndTheSizeRemembered() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (subjects, cancellation) -> {
              if (subjects.size() > 1) {
                throw new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null);
              }
            });
    Lane lane = lane(model, 4);
    assertThat(paintTogether(lane, plan(4), "a", "b", "c", "d")).hasSize(4);
    assertThat(model.batches())
        .containsExactly(
            List.of("a", "b", "c", "d"),
            List.of("a", "b"),
            List.of("a"),
            List.of("b"),
            List.of("c", "d"),
            List.of("c"),
            List.of("d"));
    paintTogether(lane, plan(4), "e", "f");
    assertThat(model.batches()).endsWith(List.of("e"), List.of("f"));
  }

  @Test
  void largeImagesDoNotMakeTheBatchesOfSmallOnesSmaller() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (subjects, cancellation) -> {
              if (subjects.size() > 1 && subjects.get(0).prompt().startsWith("large")) {
                throw new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null);
              }
            });
    Lane lane = lane(model, 2);
    InpaintParameters large =
        new InpaintParameters(
            16,
            16,
            new InpaintParameters.Sampling(4, 7.5, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    paintTogether(lane, large, "large 1", "large 2");
    paintTogether(lane, plan(4), "a", "b");
    assertThat(model.batches()).endsWith(List.of("a", "b"));
  }

  @Test
  void oneImageTooLargeForMemoryFails() throws Exception {
    Lane lane =
        lane(
            failing("big", new GraphException(GraphException.Kind.OUT_OF_MEMORY, "full", null)), 4);
    assertFails(submit(lane, "big"), ErrorCode.MODEL_MEMORY, "full");
    submit(lane, "small").get();
  }

  @Test
  void aModelThatFailsEverythingEndsTheLane() throws Exception {
    RuntimeException fault = new GraphException(GraphException.Kind.FAILED, "session lost", null);
    FakeInpainter model = failing("bad", fault);
    Lane lane = lane(model, 1);
    for (int i = 1; i < Lane.FAULTS_IN_A_ROW; i++) {
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
  void aGoodImageBetweenBadOnesProvesTheModelSound() throws Exception {
    Lane lane = lane(failing("bad", new UnusableImageException("bad input")), 1);
    for (int i = 0; i < 3 * Lane.FAULTS_IN_A_ROW; i++) {
      CompletableFuture<LaneResult> next = submit(lane, i % 8 == 0 ? "good" : "bad");
      next.handle((painted, fault) -> fault).get();
    }
    assertThat(lane.hasEnded()).isFalse();
  }

  @Test
  void anErrorEndsTheLaneAndIsNotSwallowed() {
    FakeInpainter model =
        new FakeInpainter(
            (subjects, cancellation) -> {
              throw new OutOfMemoryError("heap");
            });
    Lane lane = lane(model, 1);
    assertThatThrownBy(() -> submit(lane, "a").get()).hasCauseInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(() -> submit(lane, "b").get()).hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void whoCancelsLeavesTheQueueAtOnce() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 8);
    var first = submit(lane, "first");
    begun.acquire();
    var leaving = submit(lane, "leaving");
    var staying = submit(lane, "staying");
    leaving.cancel(false);
    gate.release(10);
    first.get();
    staying.get();
    assertThat(model.batches()).containsExactly(List.of("first"), List.of("staying"));
  }

  @Test
  void aBatchThatEveryoneLeftEndsWithinASecond() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 2);
    List<CompletableFuture<LaneResult>> batch;
    try (Arrival arrival = lane.arrival()) {
      arrival.announce();
      batch = List.of(submit(lane, "a"), submit(lane, "b"));
      begun.acquire();
    }
    var next = submit(lane, "next");
    batch.get(0).cancel(false);
    assertThat(begun.tryAcquire()).isFalse(); // the other still waits for it
    long start = System.nanoTime();
    batch.get(1).cancel(false);
    begun.acquire();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    gate.release();
    next.get();
  }

  @Test
  void aBatchThatSomeLeftGoesOnForTheOthers() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 2);
    List<CompletableFuture<LaneResult>> batch;
    try (Arrival arrival = lane.arrival()) {
      arrival.announce();
      batch = List.of(submit(lane, "a"), submit(lane, "b"));
      begun.acquire();
    }
    batch.get(0).cancel(false);
    gate.release();
    batch.get(1).get();
    assertThat(model.batches()).containsExactly(List.of("a", "b"));
  }

  @Test
  void closingEndsWhatRunsAndWhatWaitsAndClosesTheModel() throws Exception {
    FakeInpainter model = new FakeInpainter(FakeInpainter.gated(gate, begun));
    Lane lane = lane(model, 1);
    var running = submit(lane, "running");
    begun.acquire();
    var waiting = submit(lane, "waiting");
    lane.close();
    assertThat(model.closed().getCount()).isZero();
    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(waiting::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> submit(lane, "late").get()).isInstanceOf(CancellationException.class);
  }

  @Test
  void theModelIsUsedByOneThreadAtATime() throws Exception {
    AtomicBoolean busy = new AtomicBoolean();
    FakeInpainter model =
        new FakeInpainter(
            (subjects, cancellation) -> {
              if (!busy.compareAndSet(false, true)) {
                throw new AssertionError("two threads in the model");
              }
              busy.set(false);
            });
    Lane lane = lane(model, 3);
    List<CompletableFuture<LaneResult>> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(submit(lane, "p" + i));
    }
    for (var one : all) {
      one.get();
    }
  }

  private static final Duration PATIENCE = Duration.ofMillis(300);

  /** Comes back when it is cancelled, and not before. */
  private static FakeInpainter standingStill(Predicate<List<String>> batch) {
    return new FakeInpainter(
        (subjects, cancellation) -> {
          if (batch.test(subjects.stream().map(InpaintInput::prompt).toList())) {
            FakeInpainter.gated(new Semaphore(0), new Semaphore(0)).run(subjects, cancellation);
          }
        });
  }

  @Test
  void aImageThatStandsStillTwiceFailsAndTheOthersOfItsBatchDoNot() throws Exception {
    FakeInpainter model = standingStill(batch -> batch.contains("bad"));
    Lane lane = lane(model, PATIENCE); // of four at most
    try (Arrival arrival = lane.arrival()) {
      arrival.announce();
      var bad = submit(lane, "bad");
      var others = List.of(submit(lane, "a"), submit(lane, "b"), submit(lane, "c"));
      for (var other : others) {
        other.get();
      }
      assertFails(
          bad,
          ErrorCode.MODEL_TIMEOUT,
          "a call into the model did not come back within 0.3 s (spackle.lane.watchdog)");
    }
    assertThat(model.batches()).startsWith(List.of("bad", "a", "b", "c"), List.of("bad"));
    assertThat(model.batches()).hasSize(5);
  }

  @Test
  void aImageThatStoodStillOnceIsTriedAgain() throws Exception {
    AtomicBoolean first = new AtomicBoolean(true);
    FakeInpainter model = standingStill(batch -> first.getAndSet(false));
    submit(lane(model, PATIENCE), "a").get();
    assertThat(model.batches()).containsExactly(List.of("a"), List.of("a"));
  }

  @Test
  void manyCallsMayTakeAsLongAsTheyLike() throws Exception {
    FakeInpainter model =
        new FakeInpainter(
            (subjects, cancellation) -> {
              for (int call = 0; call < 10; call++) {
                cancellation.check();
                Thread.sleep(PATIENCE.toMillis() / 4);
              }
            });
    submit(lane(model, PATIENCE), "a").get();
    assertThat(model.batches()).hasSize(1);
  }

  @Test
  void aCallThatCannotBeCancelledEndsTheExecutor() throws Exception {
    FakeInpainter model =
        new FakeInpainter((subjects, cancellation) -> new CountDownLatch(1).await());
    AtomicInteger halts = new AtomicInteger();
    ExecutorGuard ofExecutor = new ExecutorGuard(() -> true, halts::incrementAndGet);
    Lane lane =
        new Lane(model, batching(4, LONG, PATIENCE), ofExecutor, meters); // closing would wait
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
    assertThat(ofExecutor.haveGivenUp()).isTrue();
    assertThat(ofExecutor.alone(() -> "not held up by it")).isNotNull();
  }

  @Test
  void aModelThatAlwaysStandsStillEndsTheLane() {
    Lane lane = lane(standingStill(batch -> true), Duration.ofMillis(50));
    assertThatThrownBy(() -> submit(lane, "a").get()).hasCauseInstanceOf(RowException.class);
    assertThatThrownBy(() -> submit(lane, "b").get()).hasCauseInstanceOf(LaneBrokenException.class);
  }

  @Test
  void whatIsPaintedAloneIsMarkedAndNothingElseRuns() throws Exception {
    AtomicInteger running = new AtomicInteger();
    Set<String> together = ConcurrentHashMap.newKeySet();
    AtomicInteger marks = new AtomicInteger();
    FakeInpainter.Inference inference =
        (subjects, cancellation) -> {
          int others = running.getAndIncrement();
          String prompt = subjects.get(0).prompt();
          if (prompt.startsWith("alone")
              && (others > 0 || subjects.size() > 1 || marks.get() != 1)) {
            together.add(prompt);
          }
          Thread.sleep(5);
          running.getAndDecrement();
        };
    Lane one = lane(new FakeInpainter(inference), 4, Duration.ofMillis(1));
    Lane other = lane(new FakeInpainter(inference), 4, Duration.ofMillis(1));
    List<CompletableFuture<LaneResult>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(submit(one, "p" + i));
      all.add(submit(other, "q" + i));
      all.add(
          (i % 2 == 0 ? one : other)
              .submitAlone(
                  plan(4),
                  subject("alone" + i),
                  () -> {
                    marks.incrementAndGet();
                    return marks::decrementAndGet;
                  }));
    }
    for (var picture : all) {
      picture.get();
    }
    assertThat(together).isEmpty();
    assertThat(marks).hasValue(0);
  }

  private Lane lane(FakeInpainter model, Duration watchdog) {
    Lane lane = new Lane(model, batching(4, LONG, watchdog), precautions, meters);
    lanes.add(lane);
    return lane;
  }

  private static LaneSettings batching(int maxImages, Duration maxWait, Duration watchdog) {
    return new LaneSettings(maxImages, maxWait, 4, 1 << 28, watchdog);
  }

  private Lane lane(FakeInpainter model, int maxImages) {
    return lane(model, maxImages, LONG);
  }

  private Lane lane(FakeInpainter model, int maxImages, Duration maxWait) {
    Lane lane = new Lane(model, TestImages.batching(maxImages, maxWait), precautions, meters);
    lanes.add(lane);
    return lane;
  }

  private static FakeInpainter failing(String prompt, RuntimeException fault) {
    return new FakeInpainter(
        (subjects, cancellation) -> {
          if (subjects.stream().anyMatch(subject -> subject.prompt().equals(prompt))) {
            throw fault;
          }
        });
  }

  private static List<LaneResult> paintTogether(
      Lane lane, InpaintParameters plan, String... prompts) throws Exception {
    List<CompletableFuture<LaneResult>> futures = new ArrayList<>();
    try (Arrival arrival = lane.arrival()) {
      arrival.announce();
      for (String prompt : prompts) {
        futures.add(lane.submit(plan, subject(prompt)));
      }
    }
    List<LaneResult> all = new ArrayList<>();
    for (var future : futures) {
      all.add(future.get());
    }
    return all;
  }

  private static CompletableFuture<LaneResult> submit(Lane lane, String prompt) {
    return lane.submit(plan(4), subject(prompt));
  }

  private static InpaintParameters plan(int steps) {
    return new InpaintParameters(
        8,
        8,
        new InpaintParameters.Sampling(steps, 7.5, 1, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  private static InpaintInput subject(String prompt) {
    RgbImage image = new RgbImage(8, 8, new byte[3 * 64]);
    return new InpaintInput(image, new Mask(8, 8, new byte[64]), prompt, null, null, 1);
  }

  private static void assertFails(
      CompletableFuture<LaneResult> future, ErrorCode code, String message) {
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RowException.class, fault -> assertThat(fault.code()).isEqualTo(code))
        .hasMessage(message);
  }
}
