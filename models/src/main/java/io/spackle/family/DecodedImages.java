package io.spackle.family;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Decoded tensors as images, refused where they are none. */
final class DecodedImages {

  private DecodedImages() {}

  /** The images of a batch with what is to be noted of each. */
  static List<InpaintedImage> of(
      List<FloatTensor> decoded, List<InpaintInput> subjects, List<Set<Note>> notes) {
    return IntStream.range(0, subjects.size())
        .mapToObj(i -> new InpaintedImage(of(decoded.get(i), subjects.get(i)), notes.get(i)))
        .toList();
  }

  /**
   * The image of a decoded tensor.
   *
   * @param decoded (1, 3, h, w), about -1 to 1
   * @throws UnusableImageException if a value is not finite, or if all is black though the subject
   *     is not: what an overflow in half precision leaves behind
   */
  private static RgbImage of(FloatTensor decoded, InpaintInput subject) {
    if (!decoded.isFinite()) {
      throw new UnusableImageException(
          "the painted image holds NaN or infinite values; a half-precision graph may overflow:"
              + " use a float32 one");
    }
    RgbImage image = RgbImage.ofTensor(decoded);
    if (isBlack(image) && !isBlack(subject.image())) {
      throw new UnusableImageException(
          "the painted image is black all over; a half-precision graph may overflow: use a"
              + " float32 one");
    }
    return image;
  }

  private static boolean isBlack(RgbImage image) {
    for (byte value : image.pixels()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}
