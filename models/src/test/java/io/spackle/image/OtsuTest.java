package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The split of levels into dark and bright ones. */
class OtsuTest {

  @Test
  void twoGroupsAreSplitBetweenThem() {
    int[] counts = new int[256];
    counts[10] = 900;
    counts[20] = 900;
    counts[200] = 100;
    counts[220] = 50;
    assertThat(Otsu.split(counts)).isBetween(20, 199);
  }

  @Test
  void oneLevelIsAllBright() {
    int[] counts = new int[256];
    counts[42] = 7;
    assertThat(Otsu.split(counts)).isZero();
  }
}
