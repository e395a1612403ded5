package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/** The format of a segmenter: how images go in, and what comes out. Stateless. */
interface AnswerReader {

  /**
   * An image as the graph takes it: once, or at several sizes, each of which it answers.
   *
   * @return each (1, 3, h, w)
   */
  List<FloatTensor> inputs(RgbImage image);

  /**
   * What the graph found in one image.
   *
   * @param answers of the graph for {@link #inputs} of that image, in their order
   * @return of the image's size
   * @throws io.spackle.graph.GraphException if an answer has another shape than expected
   */
  LabelMap read(List<FloatTensor> answers, RgbImage image);
}
