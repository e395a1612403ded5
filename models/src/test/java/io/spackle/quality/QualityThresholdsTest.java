package io.spackle.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.quality.ImageQuality.Changes;
import io.spackle.quality.ImageQuality.Fit;
import org.junit.jupiter.api.Test;

class QualityThresholdsTest {

  private static final ImageQuality QUALITY =
      new ImageQuality(new Changes(0, 0.2), new Fit(3.0, 0.5, -1.0, 12.0), "0");

  @Test
  void anImageMayBeAsGoodAsItsThresholds() {
    QualityThresholds equal = new QualityThresholds(3.0, 0.5, 1.0, 12.0, 0.25);
    assertThat(equal.shortfall(QUALITY, 0.25)).isZero();
    assertThat(equal.isSet()).isTrue();
    assertThat(QualityThresholds.NONE.isSet()).isFalse();
    assertThat(QualityThresholds.NONE.shortfall(QUALITY, -100.0)).isZero();
  }

  @Test
  void whatIsMissedAddsUpInSharesOfTheThresholds() {
    assertThat(new QualityThresholds(2.0, 1.0, null, null, null).shortfall(QUALITY, null))
        .isCloseTo(1 / 2.0 + 0.5, within(1e-12));
    assertThat(new QualityThresholds(null, null, 0.5, 10.0, null).shortfall(QUALITY, null))
        .as("exposure counts without its sign")
        .isCloseTo(1 + 0.2, within(1e-12));
    assertThat(new QualityThresholds(null, null, null, null, -2.0).shortfall(QUALITY, -3.0))
        .isCloseTo(0.5, within(1e-12));
    assertThat(new QualityThresholds(null, null, null, null, 0.0).shortfall(QUALITY, -3.0))
        .as("a threshold of 0 has no shares")
        .isCloseTo(3, within(1e-12));
  }

  @Test
  void whatCannotBeMeasuredIsNotMissed() {
    ImageQuality unmeasured = new ImageQuality(new Changes(0, 0), Fit.NONE, "0");
    QualityThresholds strict = new QualityThresholds(1.0, 1.0, 0.0, 0.0, 1.0);
    assertThat(strict.shortfall(unmeasured, null)).isZero();
  }
}
