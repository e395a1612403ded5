package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/** The format of a segmenter: how images go in, and what comes out. Stateless. */
interface AnswerReader {

  /**
   * An image as the graph takes it: once, or in several ways, each of which it answers.
   *
   * @return each (1, 3, h, w)
   */
  List<FloatTensor> inputs(RgbImage image);

  /**
   * The lines of text in what the graph found, for a {@link TextRecogniser}.
   *
   * @param answers of the graph for {@link #inputs} of the image, in their order
   * @return each (1, 3, h, w); empty where nothing is read
   */
  default List<FloatTensor> lines(List<FloatTensor> answers, RgbImage image) {
    return List.of();
  }

  /**
   * What the graph found in one image.
   *
   * @return of the image's size
   * @throws io.spackle.graph.GraphException if an answer has another shape than expected
   */
  LabelMap read(Answered answered);
}
