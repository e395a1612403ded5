package io.spackle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RowWindowTest {

  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final AtomicInteger read = new AtomicInteger();

  @Test
  void everyRowIsReturnedOnce() {
    try (RowWindow<Integer, Integer> window = window(100, row -> row * 2, 7)) {
      List<Integer> results = new ArrayList<>();
      window.forEachRemaining(results::add);
      assertThat(results)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 100).map(i -> 2 * i).boxed().toList());
    }
  }

  @Test
  void rowsAreReadLazily() {
    try (RowWindow<Integer, Integer> window = window(100, row -> row, 7)) {
      assertThat(read).hasValue(0);
      assertThat(window.hasNext()).isTrue();
      assertThat(read).hasValue(7);
    }
  }

  @Test
  void numberOfRowsInFlightIsLimited() {
    AtomicInteger returned = new AtomicInteger();
    int size = 5;
    int rows = 10_000;
    try (RowWindow<Integer, byte[]> window = window(rows, row -> new byte[100_000], size)) {
      window.forEachRemaining(
          result -> assertThat(read.get() - returned.incrementAndGet()).isLessThan(size));
    }
    assertThat(returned).hasValue(rows);
  }

  @Test
  void rowsAreReturnedAsTheyFinish() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    RowWindow.Work<Integer, Integer> work =
        row -> {
          if (row == 0) {
            slow.await();
          }
          return row;
        };
    try (RowWindow<Integer, Integer> window = window(3, work, 3)) {
      assertThat(List.of(window.next(), window.next())).containsExactlyInAnyOrder(1, 2);
      slow.countDown();
      assertThat(window.next()).isZero();
      assertThat(window.hasNext()).isFalse();
    }
  }

  @Test
  void rowsCanBeReturnedInTheirOrder() {
    int size = 5;
    RowWindow.Work<Integer, Integer> work =
        row -> {
          Thread.sleep(row % size == 0 ? 20 : 0);
          return row;
        };
    AtomicInteger returned = new AtomicInteger();
    try (RowWindow<Integer, Integer> window =
        new RowWindow<>(
            numbers(100),
            work,
            new FlightControl(size, size),
            interrupted::get,
            RowWindow.Order.READ)) {
      window.forEachRemaining(
          row -> {
            assertThat(row).isEqualTo(returned.getAndIncrement());
            assertThat(read.get() - returned.get()).as("finished rows count").isLessThan(size);
          });
    }
    assertThat(returned).hasValue(100);
  }

  @Test
  void failureIsThrownToTheTask() {
    RuntimeException fault = new IllegalStateException("the lane is broken");
    RowWindow.Work<Integer, Integer> failing =
        row -> {
          throw fault;
        };
    try (RowWindow<Integer, Integer> window = window(3, failing, 1)) {
      assertThatThrownBy(window::hasNext).hasCause(fault).hasMessageContaining("lane is broken");
    }
    RowWindow.Work<Integer, Integer> fatal =
        row -> {
          throw new OutOfMemoryError("heap");
        };
    try (RowWindow<Integer, Integer> window = window(3, fatal, 1)) {
      assertThatThrownBy(window::hasNext).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void killedTaskStopsAndItsRowsAreInterrupted() throws Exception {
    Semaphore started = new Semaphore(0);
    Semaphore ended = new Semaphore(0);
    RowWindow.Work<Integer, Integer> endless =
        row -> {
          started.release();
          try {
            new CountDownLatch(1).await();
          } finally {
            ended.release();
          }
          return row;
        };
    RowWindow<Integer, Integer> window = window(100, endless, 4);
    AtomicBoolean stopped = new AtomicBoolean();
    Thread task =
        new Thread(
            () -> {
              assertThatThrownBy(window::hasNext).isInstanceOf(CancellationException.class);
              window.close();
              stopped.set(true);
            });
    task.start();
    started.acquire(4);
    long start = System.nanoTime();
    interrupted.set(true);
    task.join();
    assertThat(stopped).isTrue();
    assertThat(ended.availablePermits()).isEqualTo(4);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(read).hasValue(4);
  }

  @Test
  void interruptedTaskStillWaitsForItsRows() throws Exception {
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    RowWindow.Work<Integer, Integer> work =
        row -> {
          started.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            wasInterrupted.set(true);
          }
          return row;
        };
    RowWindow<Integer, Integer> window = window(1, work, 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(window::hasNext).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    started.await();
    Thread.currentThread().interrupt();
    window.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(wasInterrupted).isTrue();
  }

  @Test
  void stoppedWindowReturnsTheRowsInFlightAndReadsNoMore() {
    try (RowWindow<Integer, Integer> window = window(100, row -> row, 4)) {
      assertThat(window.isExhausted()).isFalse();
      assertThat(window.hasUnread()).as("not stopped").isFalse();
      window.stopReading();
      List<Integer> results = new ArrayList<>();
      window.forEachRemaining(results::add);
      assertThat(results).containsExactlyInAnyOrder(0, 1, 2, 3);
      assertThat(read).hasValue(4);
      assertThat(window.hasUnread()).isTrue();
    }
  }

  @Test
  void windowThatWasStoppedAfterItsLastRowLeavesNoneUnread() {
    try (RowWindow<Integer, Integer> window = window(3, row -> row, 4)) {
      assertThat(window.isExhausted()).isFalse();
      window.stopReading();
      window.forEachRemaining(row -> {});
      assertThat(window.hasUnread()).isFalse();
    }
  }

  @Test
  void emptyInputHasNoResults() {
    try (RowWindow<Integer, Integer> window =
        new RowWindow<>(
            Collections.emptyIterator(), row -> row, new FlightControl(4, 4), interrupted::get)) {
      assertThat(window.hasNext()).isFalse();
    }
  }

  private <O> RowWindow<Integer, O> window(int rows, RowWindow.Work<Integer, O> work, int size) {
    return new RowWindow<>(numbers(rows), work, new FlightControl(size, size), interrupted::get);
  }

  private Iterator<Integer> numbers(int rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return read.get() < rows;
      }

      @Override
      public Integer next() {
        return read.getAndIncrement();
      }
    };
  }
}
