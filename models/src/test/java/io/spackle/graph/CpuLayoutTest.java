package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CpuLayoutTest {

  private static final int WEIGHTS = 32 * 32;

  /** Each weight of the convolution is a number of its own. */
  @Test
  void sampleHasEachWeightOnceInTheOrderOfThisCpu() {
    ByteBuffer sample = ByteBuffer.wrap(CpuLayout.sample()).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> weights = new ArrayList<>();
    while (sample.hasRemaining()) {
      weights.add((int) sample.getFloat());
    }
    assertThat(weights)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, WEIGHTS).boxed().toList());
  }

  @Test
  void arrangingAgainGivesTheSameBytes() throws IOException {
    assertThat(CpuLayout.arranged()).isEqualTo(CpuLayout.sample());
  }
}
