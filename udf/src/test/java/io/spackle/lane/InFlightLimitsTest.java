package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.lane.InFlightLimits.FetchSlot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InFlightLimitsTest {

  private static final int MIB = 1 << 20;

  private final InFlightLimits limits = new InFlightLimits(1, 1, 4 * MIB);

  @Test
  void whileARowRestsAnotherHasItsSlot() throws Exception {
    try (FetchSlot slot = limits.fetchSlot()) {
      slot.resting(() -> limits.fetchSlot().close());
    }
    assertThat(limits.areFree()).isTrue();
  }

  /** What it has fetched before stays in memory. */
  @Test
  void theFilesOfARestingRowCountAsMemory() throws Exception {
    try (FetchSlot slot = limits.fetchSlot()) {
      slot.hold(3 * MIB);
      slot.resting(
          () -> {
            assertThat(limits.tryMemory(2 * MIB)).isEmpty();
            limits.tryMemory(MIB / 2).orElseThrow().close();
          });
      slot.hold(3 * MIB);
      slot.resting(() -> assertThat(limits.tryMemory(1)).as("beyond the limit").isEmpty());
      limits.tryMemory(2 * MIB).orElseThrow().close();
    }
    assertThat(limits.areFree()).isTrue();
  }

  @Test
  void aRestThatIsInterruptedLeavesNothingBehind() throws Exception {
    var thread = Executors.newSingleThreadExecutor();
    CountDownLatch rests = new CountDownLatch(1);
    var row =
        thread.submit(
            () -> {
              try (FetchSlot slot = limits.fetchSlot()) {
                slot.resting(
                    () -> {
                      rests.countDown();
                      Thread.sleep(Duration.ofMinutes(1).toMillis());
                    });
              }
              return null;
            });
    rests.await();
    thread.shutdownNow();
    thread.awaitTermination(20, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(row).isDone();
    assertThat(limits.areFree()).isTrue();
  }

  @Test
  void withoutASizeRowsMayTakeAQuarterOfTheHeap() throws Exception {
    LaneSettings settings = new LaneSettings(8, Duration.ZERO, 1, null, Duration.ofHours(1));
    long heap = Runtime.getRuntime().maxMemory();
    InFlightLimits ofHeap = settings.limits();
    try (var most = ofHeap.tryMemory(heap / 4 - MIB).orElseThrow()) {
      assertThat(ofHeap.tryMemory(2 * MIB)).isEmpty();
    }
  }
}
