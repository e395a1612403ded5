package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Text detectors that answer with the probability of shrunken text regions: M. Liao et al.,
 * "Real-time Scene Text Detection with Differentiable Binarization" (2020).
 *
 * <p>Each region above the threshold is grown back to {@link TextOutline}, of which {@link
 * TextStrokes} are masked. An enlarged image is shown to the graph twice. What it sees in the first,
 * larger one counts if it sees text there in the second one too, or if it is a {@link
 * TextRegion#isLine line}: textures that look like letters once they are enlarged are neither.
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
      List<TextMap> maps =
          planes.stream().map(plane -> new TextMap(plane.probabilities(), threshold)).toList();
      paint(maps, new TextStrokes(image, map));
    }
    return map;
  }

  private static void paint(List<TextMap> maps, TextStrokes strokes) {
    TextMap first = maps.get(0);
    TextMap last = maps.get(maps.size() - 1);
    for (TextRegion region : first.regions()) {
      TextOutline outline = TextOutline.of(region, first, strokes.map());
      if (maps.size() == 1 || region.isLine() || last.hasTextIn(outline, strokes.map())) {
        strokes.paint(outline);
      }
    }
  }
}
