package io.spackle.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeriodicTaskTest {

  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void workIsRepeated() throws InterruptedException {
    CountDownLatch turns = new CountDownLatch(3);
    try (PeriodicTask periodic = PeriodicTask.start("test", SHORT, turns::countDown)) {
      turns.await();
    }
  }

  @Test
  void failureDoesNotStopTheRepetition() throws InterruptedException {
    CountDownLatch turns = new CountDownLatch(3);
    Runnable failing =
        () -> {
          turns.countDown();
          throw new IllegalStateException("a failure that the test expects");
        };
    try (PeriodicTask periodic = PeriodicTask.start("test", SHORT, failing)) {
      turns.await();
    }
  }

  @Test
  void closingWaitsForTheExecutionInProgress() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    PeriodicTask periodic =
        PeriodicTask.start(
            "test",
            SHORT,
            () -> {
              begun.countDown();
              LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
              ended.incrementAndGet();
            });
    begun.await();
    periodic.close();
    int turns = ended.get();
    assertThat(turns).isPositive();
    Thread.sleep(300);
    assertThat(ended).as("none begins after that").hasValue(turns);
  }
}
