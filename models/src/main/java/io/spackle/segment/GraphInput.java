package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.function.Function;

/**
 * How images become the input of a graph that sees all of them at one size.
 *
 * @param preparation of an image of any size: (1, 3, h, w)
 */
record GraphInput(ImagePreprocessor.Size size, Function<RgbImage, FloatTensor> preparation) {

  FloatTensor tensor(RgbImage image) {
    return preparation.apply(image);
  }

  /** Whether the graph sees less than the image shows. */
  boolean isReducing(RgbImage image) {
    return image.width() > size.width() || image.height() > size.height();
  }
}
