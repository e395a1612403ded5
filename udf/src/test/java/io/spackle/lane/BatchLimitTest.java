package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchLimitTest {

  private final BatchLimit limit = new BatchLimit(8);

  @Test
  void halvesWhenMemoryRunsOut() {
    limit.outOfMemory(8);
    assertThat(limit.current()).isEqualTo(4);
    limit.outOfMemory(3);
    limit.outOfMemory(1);
    assertThat(limit.current()).isEqualTo(1);
  }

  @Test
  void growsBackAfterFullBatchesThatFit() {
    limit.outOfMemory(8);
    fit(3, 100);
    assertThat(limit.current()).isEqualTo(4);
    fit(4, 8);
    assertThat(limit.current()).isEqualTo(5);
    fit(5, 8);
    fit(6, 8);
    fit(7, 8);
    fit(8, 8);
    assertThat(limit.current()).isEqualTo(8);
  }

  @Test
  void waitsLongerAfterEachFailedGrowth() {
    limit.outOfMemory(8);
    fit(4, 8);
    limit.outOfMemory(5);
    fit(2, 15);
    assertThat(limit.current()).isEqualTo(2);
    fit(2, 1);
    assertThat(limit.current()).isEqualTo(3);
  }

  private void fit(int size, int times) {
    for (int i = 0; i < times; i++) {
      limit.fitted(size);
    }
  }
}
