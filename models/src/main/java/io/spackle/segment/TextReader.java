package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Text detectors that answer with the probability of shrunken text regions: M. Liao et al.,
 * "Real-time Scene Text Detection with Differentiable Binarization" (2020).
 *
 * <p>Each region above the threshold is grown back to a {@link TextOutline}, of which {@link
 * TextStrokes} are masked. The graph sees an image upright, then turned by a quarter. An enlarged
 * image it sees a third time, smaller.
 *
 * <ul>
 *   <li>{@linkplain TextRegion#isLine Lines} of the upright image count. Other regions of it count
 *       if the smaller image, where there is one, has text at the same place: textures that look
 *       like letters once they are enlarged do not.
 *   <li>Of lines that run upwards or downwards the upright image shows parts only. Lines of the
 *       turned image count if the upright one shows a part of them: rows of buttons have none.
 * </ul>
 *
 * @param threshold the probability from which a pixel belongs to a region
 */
record TextReader(Function<RgbImage, List<FloatTensor>> feed, double threshold)
    implements AnswerReader {

  static final List<String> CLASSES = List.of(SegmenterTraits.BACKGROUND, SegmenterTraits.TEXT);

  static final double THRESHOLD = 0.3;

  @Override
  public List<FloatTensor> inputs(RgbImage image) {
    return feed.apply(image);
  }

  @Override
  public LabelMap read(List<FloatTensor> answers, RgbImage image) {
    List<Planes> planes = answers.stream().map(answer -> Planes.of(answer, 1)).toList();
    LabelMap map = LabelMap.blank(image.width(), image.height(), CLASSES);
    if (!planes.get(0).areConstant()) {
      Arrays.fill(map.labels(), (byte) 0);
      paint(new Maps(planes, threshold), new TextStrokes(image, map));
    }
    return map;
  }

  private static void paint(Maps maps, TextStrokes strokes) {
    for (TextRegion region : maps.upright().regions()) {
      TextOutline outline = TextOutline.of(region, maps.upright(), strokes.map());
      if (region.isLine()
          || maps.smaller().stream().allMatch(map -> map.hasTextIn(outline, strokes.map()))) {
        strokes.paint(outline);
      }
    }
    for (TextRegion region : maps.turned().regions()) {
      TextOutline outline = TextOutline.of(region, maps.turned(), strokes.map());
      if (region.isLine() && maps.upright().hasTextIn(outline, strokes.map())) {
        strokes.paint(outline);
      }
    }
  }

  /**
   * The answers for one image, in its orientation.
   *
   * @param turned of the turned image, turned back
   * @param smaller empty if the image was not enlarged
   */
  private record Maps(TextMap upright, TextMap turned, Optional<TextMap> smaller) {

    Maps(List<Planes> planes, double threshold) {
      this(
          new TextMap(planes.get(0).probabilities(), threshold),
          new TextMap(planes.get(1).probabilities().turnedRight(), threshold),
          planes.stream()
              .skip(2)
              .findFirst()
              .map(plane -> new TextMap(plane.probabilities(), threshold)));
    }
  }
}
