package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.family.InpaintParameters;
import io.spackle.family.ReferenceLayout;
import io.spackle.family.SchedulerChoice;
import io.spackle.image.MaskReduction;
import org.junit.jupiter.api.Test;

class InpaintLaneTest {

  /** A batch that fits into the memory without reference images may not fit with them. */
  @Test
  void imagesWithAReferenceBesideThemAreTwiceAsLarge() {
    InpaintParameters alone =
        new InpaintParameters(
            64,
            32,
            new InpaintParameters.Sampling(4, 7.5, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    InpaintLane lane = new InpaintLane(null);
    assertThat(lane.size(alone)).isEqualTo(64 * 32);
    assertThat(lane.size(alone.withReference(ReferenceLayout.LEFT))).isEqualTo(2 * 64 * 32);
  }
}
