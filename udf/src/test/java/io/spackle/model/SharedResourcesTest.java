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

@Timeout(120)
class SharedResourcesTest {

  /** A resource that can become unusable. */
  private static final class Resource implements AutoCloseable {
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

  private final SharedResources<String, Resource> shared =
      new SharedResources<>(resource -> !resource.broken);
  private final AtomicInteger opened = new AtomicInteger();

  @Test
  void concurrentRequestsOpenOnce() throws Exception {
    int requests = 16;
    CountDownLatch ready = new CountDownLatch(requests);
    Supplier<Resource> opener =
        () -> {
          opened.incrementAndGet();
          return new Resource();
        };
    Callable<Resource> request =
        () -> {
          ready.countDown();
          ready.await();
          return shared.get("key", opener, () -> false);
        };
    ExecutorService trequests = Executors.newFixedThreadPool(requests);
    List<Future<Resource>> results = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      results.add(trequests.submit(request));
    }
    Resource first = results.get(0).get();
    for (Future<Resource> result : results) {
      assertThat(result.get()).isSameAs(first);
    }
    trequests.shutdown();
    assertThat(opened).hasValue(1);
  }

  @Test
  void eachKeyHasItsResource() {
    assertThat(get("a")).isNotSameAs(get("b")).isSameAs(get("a"));
  }

  @Test
  void openingThatIsBegunIsThatOfLaterRequests() {
    CountDownLatch requested = new CountDownLatch(1);
    Supplier<Resource> opener =
        () -> {
          opened.incrementAndGet();
          await(requested);
          return new Resource();
        };
    shared.begin("key", opener);
    shared.begin("key", opener);
    requested.countDown(); // not reached if the beginning waited
    shared.get("key", opener, () -> false);
    assertThat(opened).hasValue(1);
  }

  @Test
  void failedOpeningIsRetried() {
    Supplier<Resource> failing =
        () -> {
          throw new IllegalStateException("no such model");
        };
    assertThatThrownBy(() -> shared.get("key", failing, () -> false))
        .hasMessageContaining("no such model");
    assertThat(get("key")).isNotNull();
  }

  @Test
  void unusableResourceIsReopened() {
    Resource first = get("key");
    first.broken = true;
    assertThat(get("key")).isNotSameAs(first);
    assertThat(first.closed).isTrue();
  }

  @Test
  void removedResourceIsReopened() {
    Resource first = get("key");
    assertThat(shared.remove("other")).isEmpty();
    assertThat(shared.remove("key")).containsSame(first);
    assertThat(get("key")).isNotSameAs(first);
  }

  @Test
  void interruptedCallerStopsWaiting() {
    CountDownLatch opening = new CountDownLatch(1);
    Supplier<Resource> slow =
        () -> {
          await(opening);
          return new Resource();
        };
    assertThatThrownBy(() -> shared.get("key", slow, () -> true))
        .isInstanceOf(CancellationException.class);
    opening.countDown();
    assertThat(get("key")).isNotNull();
  }

  @Test
  void allResourcesAreClosedEvenIfOneFails() {
    Resource a = get("a");
    Resource b = get("b");
    a.broken = true;
    b.broken = true;
    shared.close();
    assertThat(a.closed).isTrue();
    assertThat(b.closed).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Resource get(String key) {
    return shared.get(key, Resource::new, () -> false);
  }
}
