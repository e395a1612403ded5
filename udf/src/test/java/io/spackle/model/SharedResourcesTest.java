package io.spackle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedResourcesTest {

  /** Something that can be closed and can break. */
  private static final class Thing implements AutoCloseable {
    private volatile boolean broken;
    private volatile boolean closed;

    @Override
    public void close() {
      closed = true;
      if (broken) {
        throw new IllegalStateException("does not close");
      }
    }
  }

  private final SharedResources<String, Thing> shared =
      new SharedResources<>(thing -> !thing.broken);
  private final AtomicInteger opened = new AtomicInteger();

  @Test
  void isOpenedOnceUnderConcurrentAsks() throws Exception {
    int asks = 16;
    CountDownLatch ready = new CountDownLatch(asks);
    Supplier<Thing> opener =
        () -> {
          opened.incrementAndGet();
          return new Thing();
        };
    Callable<Thing> ask =
        () -> {
          ready.countDown();
          ready.await();
          return shared.get("key", opener, () -> false);
        };
    ExecutorService tasks = Executors.newFixedThreadPool(asks);
    List<Future<Thing>> answers = new ArrayList<>();
    for (int i = 0; i < asks; i++) {
      answers.add(tasks.submit(ask));
    }
    Thing first = answers.get(0).get();
    for (Future<Thing> answer : answers) {
      assertThat(answer.get()).isSameAs(first);
    }
    tasks.shutdown();
    assertThat(opened).hasValue(1);
  }

  @Test
  void keysAreOpenedApart() {
    assertThat(get("a")).isNotSameAs(get("b")).isSameAs(get("a"));
  }

  @Test
  void whatCouldNotBeOpenedIsTriedAgain() {
    Supplier<Thing> failing =
        () -> {
          throw new IllegalStateException("no such model");
        };
    assertThatThrownBy(() -> shared.get("key", failing, () -> false))
        .hasMessageContaining("no such model");
    assertThat(get("key")).isNotNull();
  }

  @Test
  void whatBrokeIsOpenedAnew() {
    Thing first = get("key");
    first.broken = true;
    assertThat(get("key")).isNotSameAs(first);
    assertThat(first.closed).isTrue();
  }

  @Test
  void whatIsTakenOutIsOpenedAnew() {
    Thing first = get("key");
    assertThat(shared.take("other")).isEmpty();
    assertThat(shared.take("key")).containsSame(first);
    assertThat(get("key")).isNotSameAs(first);
  }

  @Test
  void whoIsInterruptedStopsWaiting() {
    CountDownLatch opening = new CountDownLatch(1);
    Supplier<Thing> slow =
        () -> {
          try {
            opening.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new Thing();
        };
    assertThatThrownBy(() -> shared.get("key", slow, () -> true))
        .isInstanceOf(CancellationException.class);
    opening.countDown();
    assertThat(get("key")).isNotNull();
  }

  @Test
  void allAreClosedEvenAfterOneCloseFails() {
    Thing a = get("a");
    Thing b = get("b");
    a.broken = true;
    b.broken = true;
    shared.close();
    assertThat(a.closed).isTrue();
    assertThat(b.closed).isTrue();
  }

  private Thing get(String key) {
    return shared.get(key, Thing::new, () -> false);
  }
}
