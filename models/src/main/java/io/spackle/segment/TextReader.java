package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Text detectors that answer with the probability of shrunken text regions: M. Liao et al.,
 * "Real-time Scene Text Detection with Differentiable Binarization" (2020).
 *
 * <p>The graph sees an image upright, then turned by a quarter, since of lines that run upwards or
 * downwards the upright image shows parts only. Each region above the threshold is grown back to a
 * {@link TextOutline}, of which {@link TextStrokes} are masked.
 *
 * <p>Cloth has textures and patterns that look like text to a detector. Where there is a {@link
 * TextRecogniser}, a region counts only if something can be read in it.
 *
 * @param threshold the probability from which a pixel belongs to a region
 * @param isReading whether a recogniser reads the {@link #lines}
 */
record TextReader(Function<RgbImage, List<FloatTensor>> feed, double threshold, boolean isReading)
    implements AnswerReader {

  static final List<String> CLASSES = List.of(SegmenterTraits.BACKGROUND, SegmenterTraits.TEXT);

  static final double THRESHOLD = 0.3;

  /** The mean probability of letters from which they count as read. */
  private static final double LEGIBLE = 0.75;

  /** The same for one or two letters: flowers, buttons and zips look like them. */
  private static final double LEGIBLE_FEW = 0.92;

  private static final int FEW = 2;

  @Override
  public List<FloatTensor> inputs(RgbImage image) {
    return feed.apply(image);
  }

  @Override
  public List<FloatTensor> lines(List<FloatTensor> answers, RgbImage image) {
    return isReading
        ? regions(answers)
            .flatMap(region -> region.crops(image).stream())
            .map(crop -> crop.tensor(image))
            .toList()
        : List.of();
  }

  @Override
  public LabelMap read(Answered answered) {
    RgbImage image = answered.image();
    LabelMap map = LabelMap.blank(image.width(), image.height(), CLASSES);
    if (!Planes.of(answered.answers().get(0), 1).areConstant()) {
      Arrays.fill(map.labels(), (byte) 0);
      TextStrokes strokes = new TextStrokes(image, map);
      Iterator<FloatTensor> readings = answered.readings().iterator();
      regions(answered.answers())
          .filter(region -> !isReading || isLegible(region.crops(image).size(), readings))
          .forEach(region -> strokes.paint(TextOutline.of(region, map)));
    }
    return map;
  }

  /** The regions of the upright image, then those of the turned one, turned back. */
  private Stream<TextRegion> regions(List<FloatTensor> answers) {
    Planes upright = Planes.of(answers.get(0), 1).probabilities();
    Planes turned = Planes.of(answers.get(1), 1).probabilities().turnedRight();
    return Stream.of(upright, turned)
        .filter(plane -> !plane.areConstant())
        .flatMap(plane -> new TextMap(plane, threshold).regions().stream());
  }

  /** Whether one of a region's lines can be read. */
  private static boolean isLegible(int lines, Iterator<FloatTensor> readings) {
    boolean isLegible = false;
    for (int i = 0; i < lines; i++) {
      float[] reading = readings.next().data();
      double letters = reading[1];
      isLegible |= letters > 0 && reading[0] >= (letters > FEW ? LEGIBLE : LEGIBLE_FEW);
    }
    return isLegible;
  }
}
