package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;

/** The format of a segmenter: how images go in, and what comes out. Stateless. */
interface AnswerReader {

  /**
   * An image as the graph takes it.
   *
   * @return (1, 3, h, w)
   */
  FloatTensor input(RgbImage image);

  /**
   * What the graph found in one image.
   *
   * @param answer of the graph for that image alone
   * @param width of the image
   * @param height of the image
   * @throws io.spackle.graph.GraphException if the answer has another shape than expected
   */
  LabelMap read(FloatTensor answer, int width, int height);
}
