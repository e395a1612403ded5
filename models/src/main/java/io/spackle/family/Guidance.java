package io.spackle.family;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Classifier-free guidance in a batch. A guided image takes two rows of the network's batch, the
 * first with the negative prompt, the second with the prompt. An image without guidance, or outside
 * the interval of its {@link GuidanceSchedule}, takes one.
 *
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans, Classifier-Free Diffusion
 *     Guidance</a>
 */
final class Guidance {

  private Guidance() {}

  /**
   * What is made of each image, for each row of the network's batch.
   *
   * @param of called once for each image: both rows of an image get the same instance
   */
  static <T> List<T> rows(List<DenoisingState> batch, Function<DenoisingState, T> of) {
    return batch.stream()
        .flatMap(image -> Collections.nCopies(rows(image), of.apply(image)).stream())
        .toList();
  }

  /** The number in the batch of the image of each row of the network's batch: (rows). */
  static LongTensor imageIndex(List<DenoisingState> batch) {
    long[] index =
        IntStream.range(0, batch.size())
            .flatMap(i -> IntStream.generate(() -> i).limit(rows(batch.get(i))))
            .asLongStream()
            .toArray();
    return LongTensor.of(index, index.length);
  }

  private static int rows(DenoisingState image) {
    return image.isGuided() ? 2 : 1;
  }

  /**
   * A tensor of each image, (1, ...), for the network: (rows, ...).
   *
   * @param negative of a guided image, for the row with the negative prompt
   * @param positive of each image, for the row with the prompt
   */
  static FloatTensor rows(
      List<DenoisingState> batch,
      Function<DenoisingState, FloatTensor> negative,
      Function<DenoisingState, FloatTensor> positive) {
    List<FloatTensor> rows = new ArrayList<>();
    for (DenoisingState image : batch) {
      if (image.isGuided()) {
        rows.add(negative.apply(image));
      }
      rows.add(positive.apply(image));
    }
    return FloatTensor.concatBatch(rows);
  }

  /**
   * The noise prediction of each image: {@code negative + scale * (prompt - negative)} of its two
   * rows, or its one row.
   *
   * @param noisePrediction (rows, ...)
   * @return (1, ...) each
   */
  static List<FloatTensor> apply(List<DenoisingState> batch, FloatTensor noisePrediction) {
    List<FloatTensor> predictions = new ArrayList<>();
    int row = 0;
    for (DenoisingState image : batch) {
      FloatTensor first = noisePrediction.item(row++);
      predictions.add(
          image.isGuided()
              ? guided(first, noisePrediction.item(row++), image.parameters().sampling())
              : first);
    }
    return predictions;
  }

  private static FloatTensor guided(
      FloatTensor negative, FloatTensor prompt, InpaintParameters.Sampling sampling) {
    float scale = (float) sampling.guidance().scale();
    float[] guided = new float[negative.data().length];
    for (int i = 0; i < guided.length; i++) {
      float without = negative.data()[i];
      guided[i] = without + scale * (prompt.data()[i] - without);
    }
    return new FloatTensor(guided, negative.shape());
  }
}
