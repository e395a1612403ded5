package io.spackle.pipeline;

import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.quality.ImageQuality;
import io.spackle.quality.Scorer;
import io.spackle.row.ErrorCode;
import io.spackle.row.MadeImage.Measured;
import io.spackle.row.RowException;
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
   * @throws RowException if the scorer fails
   */
  Optional<Measured> measure(FramedRow framed, RgbImage result, Cancellation cancellation) {
    if (!settings.measures()) {
      return Optional.empty();
    }
    Frame frame = framed.frame();
    Double score = frame.isBlank() ? null : score(framed, result, cancellation);
    return Optional.of(
        new Measured(ImageQuality.of(frame.untouched(), result, frame.outputMask()), score));
  }

  private Double score(FramedRow framed, RgbImage result, Cancellation cancellation) {
    String prompt = framed.row().prompts().prompt();
    try {
      return scorer.map(network -> network.score(result, prompt, cancellation)).orElse(null);
    } catch (GraphException e) {
      boolean isNotFinite = e.kind() == GraphException.Kind.NOT_FINITE;
      throw new RowException(
          isNotFinite ? ErrorCode.MODEL_OUTPUT : ErrorCode.MODEL_FAILED,
          "quality.scorer: " + e.getMessage(),
          e);
    }
  }

  /** By how much a result misses the thresholds; 0 if it keeps them or was not measured. */
  double shortfall(Optional<Measured> measured) {
    return measured.map(of -> settings.thresholds().shortfall(of.pixels(), of.score())).orElse(0.0);
  }
}
