package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Optional;

/**
 * Graphs with a plane of logits for each class, such as SegFormer. The planes are enlarged to the
 * image's size first, then the likeliest class of each pixel is taken: the other way round edges
 * are jagged.
 *
 * @param threshold the probability from which the likeliest class counts; null for none
 */
record ClassReader(GraphInput feed, List<String> classes, Double threshold)
    implements AnswerReader {

  /** What the probability of an absent class counts as. */
  private static final double LEAST = 1e-6;

  @Override
  public List<FloatTensor> inputs(RgbImage image) {
    return List.of(feed.tensor(image));
  }

  @Override
  public LabelMap read(Answered answered) {
    int width = answered.image().width();
    int height = answered.image().height();
    Planes planes = Planes.of(answered.answers().get(0), classes.size());
    LabelMap map = LabelMap.blank(width, height, classes);
    if (planes.areConstant()) {
      return map;
    }
    Optional<OutlineRefinement> refinement =
        feed.isReducing(answered.image())
            ? Optional.of(
                OutlineRefinement.of(answered.image(), planes.softmax(), planes.likeliest()))
            : Optional.empty();
    planes.enlarge(
        width,
        height,
        (y, row) -> {
          refinement.ifPresent(outlines -> outlines.apply(y, row, ClassReader::logit));
          for (int x = 0; x < width; x++) {
            int best = likeliest(row, x);
            if (threshold == null || probability(row, best, x) >= threshold) {
              map.labels()[y * width + x] = (byte) best;
            }
          }
        });
    return map;
  }

  /** A logit of a probability: the softmax of the logarithms is the probabilities again. */
  private static double logit(double probability) {
    return Math.log(Math.max(LEAST, probability));
  }

  private static int likeliest(float[][] row, int x) {
    int best = 0;
    for (int plane = 1; plane < row.length; plane++) {
      best = row[plane][x] > row[best][x] ? plane : best;
    }
    return best;
  }

  /** The softmax of a class. */
  private static double probability(float[][] row, int plane, int x) {
    double sum = 0;
    for (float[] values : row) {
      sum += Math.exp((double) values[x] - row[plane][x]);
    }
    return 1 / sum;
  }
}
