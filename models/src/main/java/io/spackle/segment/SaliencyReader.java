package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Graphs with one map of the foreground: U2-Net, IS-Net, BiRefNet.
 *
 * <p>The map is not stretched to the range of 0 to 1, as other tools do: without a foreground that
 * turns noise into one.
 *
 * @param threshold the probability from which a pixel is foreground
 */
record SaliencyReader(GraphInput feed, double threshold) implements AnswerReader {

  static final List<String> CLASSES =
      List.of(SegmenterTraits.BACKGROUND, SegmenterTraits.FOREGROUND);

  static final double THRESHOLD = 0.5;

  @Override
  public List<FloatTensor> inputs(RgbImage image) {
    return List.of(feed.tensor(image));
  }

  @Override
  public LabelMap read(Answered answered) {
    int width = answered.image().width();
    int height = answered.image().height();
    Planes planes = Planes.of(answered.answers().get(0), 1);
    LabelMap map = LabelMap.blank(width, height, CLASSES);
    if (planes.areConstant()) {
      return map;
    }
    Planes probabilities = planes.probabilities();
    Optional<OutlineRefinement> refinement =
        feed.isReducing(answered.image())
            ? Optional.of(
                OutlineRefinement.of(answered.image(), probabilities, shown(probabilities)))
            : Optional.empty();
    probabilities.enlarge(
        width,
        height,
        (y, row) -> {
          refinement.ifPresent(outlines -> outlines.apply(y, row, DoubleUnaryOperator.identity()));
          for (int x = 0; x < width; x++) {
            map.labels()[y * width + x] = label(row[0][x]);
          }
        });
    return map;
  }

  private byte[] shown(Planes probabilities) {
    byte[] shown = new byte[probabilities.values().length];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = label(probabilities.values()[i]);
    }
    return shown;
  }

  private byte label(float probability) {
    return (byte) (probability >= threshold ? 1 : 0);
  }
}
