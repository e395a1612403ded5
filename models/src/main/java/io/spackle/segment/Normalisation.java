package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.stream.IntStream;

/** How the pixels of an image become the input of a graph that comes without a configuration. */
public enum Normalisation {
  /** 0 to 1, less the mean of ImageNet, divided by its deviation: BiRefNet. */
  IMAGENET(new double[] {0.485, 0.456, 0.406}, 0.229, 0.224, 0.225),
  /** As {@link #IMAGENET}, but divided by the brightest value of the image first: U2-Net. */
  U2NET(new double[] {0.485, 0.456, 0.406}, 0.229, 0.224, 0.225),
  /** -0.5 to 0.5: IS-Net. */
  ISNET(new double[] {0.5, 0.5, 0.5}, 1, 1, 1),
  /** -1 to 1: clothes graphs derived from U2-Net. */
  SIGNED(new double[] {0.5, 0.5, 0.5}, 0.5, 0.5, 0.5),
  /** 0 to 1. */
  UNIT(new double[] {0, 0, 0}, 1, 1, 1);

  private static final int WHITE = 255;

  private final double[] mean;
  private final double[] deviation;

  Normalisation(double[] mean, double... deviation) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /**
   * The input for an image of the graph's size.
   *
   * @return (1, 3, height, width)
   */
  FloatTensor tensor(RgbImage image) {
    double factor = 1.0 / (this == U2NET ? brightest(image) : WHITE);
    List<float[]> values =
        IntStream.range(0, RgbImage.CHANNELS)
            .mapToObj(i -> ImagePreprocessor.values(factor, mean[i], deviation[i]))
            .toList();
    return image.toTensor(values);
  }

  /** At least 1, so that a black image stays finite. */
  private static int brightest(RgbImage image) {
    int brightest = 1;
    for (byte value : image.pixels()) {
      brightest = Math.max(brightest, value & 0xFF);
    }
    return brightest;
  }
}
