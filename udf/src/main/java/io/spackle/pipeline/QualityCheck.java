package io.spackle.pipeline;

import io.spackle.graph.Cancellation;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.quality.ImageQuality;
import io.spackle.quality.Scorer;
import io.spackle.row.MadeImage.Measured;
import java.util.Optional;

/**
 * The measuring of results on the thread of their row.
 *
 * @param scorer empty if there is none
 */
public record QualityCheck(QualitySettings settings, Optional<Scorer> scorer) {

  /** Measures nothing. */
  public static final QualityCheck NONE = new QualityCheck(QualitySettings.NONE, Optional.empty());

  /**
   * Measures a result.
   *
   * @param result at the size of the output; if nothing is masked, it is not scored
   * @return empty if nothing is to be measured
   */
  Optional<Measured> measure(FramedRow framed, RgbImage result, Cancellation cancellation) {
    if (!settings.measures()) {
      return Optional.empty();
    }
    Frame frame = framed.frame();
    String prompt = framed.row().prompts().prompt();
    Double score =
        frame.isBlank()
            ? null
            : scorer.map(network -> network.score(result, prompt, cancellation)).orElse(null);
    return Optional.of(
        new Measured(ImageQuality.of(frame.untouched(), result, frame.outputMask()), score));
  }

  /** By how much a result misses the thresholds; 0 if it keeps them or was not measured. */
  double shortfall(Optional<Measured> measured) {
    return measured.map(of -> settings.thresholds().shortfall(of.pixels(), of.score())).orElse(0.0);
  }
}
