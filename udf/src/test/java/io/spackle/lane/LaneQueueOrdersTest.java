package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.lane.LaneQueue.Group;
import io.spackle.lane.LaneQueue.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The orders in which the threads of a lane and of its callers can use its queue: Lincheck's model
 * checker switches between them wherever they share something, and compares what they get with what
 * one thread could get.
 */
@Param(name = "image", gen = IntGen.class, conf = "0:2")
public class LaneQueueOrdersTest {

  private static final int SCENARIOS = 5;
  private static final int ORDERS = 60;
  private static final Group GROUP = new Group("512 x 512", null);

  /** More images wait than the threads take, so that none has to wait for one. */
  private static final int WAITING = 12;

  private final LaneQueue<String, Integer, Integer> queue = new LaneQueue<>(Duration.ZERO);
  private final List<Request<String, Integer, Integer>> waiting =
      IntStream.range(0, WAITING).mapToObj(LaneQueueOrdersTest::request).toList();

  /** Called by Lincheck for each order. */
  public LaneQueueOrdersTest() {
    waiting.forEach(queue::add);
  }

  private static Request<String, Integer, Integer> request(int image) {
    return new Request<>(GROUP, "", image, Optional.empty(), 0, new CompletableFuture<>());
  }

  @Operation
  public boolean add(@Param(name = "image") int image) {
    return queue.add(request(WAITING + image)).isEmpty();
  }

  @Operation
  public int take() throws InterruptedException {
    return queue
        .take(Map.of(), group -> 1)
        .map(turn -> turn.joining().get(0).value().input())
        .orElse(-1);
  }

  @Operation
  public void leave(@Param(name = "image") int image) {
    queue.remove(waiting.get(image));
  }

  @Operation
  public boolean start(@Param(name = "image") int image) {
    try {
      queue.start(List.of(waiting.get(image)), new Cancellation());
      return true;
    } catch (CancellationException e) {
      return false;
    }
  }

  @Operation
  public void finish() {
    queue.finish();
  }

  @Operation
  public List<Integer> end() {
    return queue.end(new CancellationException()).stream().map(Request::input).toList();
  }

  @Test
  void threadsGetWhatOneThreadCouldGet() {
    new ModelCheckingOptions()
        .iterations(SCENARIOS)
        .invocationsPerIteration(ORDERS)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(0)
        .actorsAfter(2)
        .check(LaneQueueOrdersTest.class);
  }
}
