package io.spackle.family;

import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The result of one {@link InpaintInput}. What a model gives becomes pixels when they are asked for
 * first, on the thread that asks. Thread-safe.
 */
public final class InpaintedImage {

  private final Set<Note> notes;
  private Supplier<RgbImage> conversion;
  private RgbImage image;

  /**
   * @param image of the size in the parameters
   * @param notes what the owner of the image should know
   */
  public InpaintedImage(RgbImage image, Set<Note> notes) {
    this(() -> image, notes);
  }

  /**
   * @param image of the size in the parameters, called once
   * @param notes as above
   */
  public InpaintedImage(Supplier<RgbImage> image, Set<Note> notes) {
    this.conversion = image;
    this.notes = Set.copyOf(notes);
  }

  /**
   * The image of a decoded tensor.
   *
   * @param decoded (1, 3, height, width), about -1 to 1
   * @throws UnusableImageException if a value is not finite, or if the image is black though the
   *     input is not: what an overflow in half precision leaves behind
   */
  static InpaintedImage of(FloatTensor decoded, InpaintInput input, Set<Note> notes) {
    if (!decoded.isFinite()) {
      throw new UnusableImageException(
          "the generated image holds NaN or infinite values; a half-precision graph may overflow:"
              + " use a float32 one");
    }
    if (RgbImage.isBlack(decoded) && !isBlack(input.image())) {
      throw new UnusableImageException(
          "the generated image is black; a half-precision graph may overflow: use a float32 one");
    }
    return new InpaintedImage(() -> RgbImage.ofTensor(decoded), notes);
  }

  private static boolean isBlack(RgbImage image) {
    for (byte value : image.pixels()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** The image, of the size in the parameters. */
  public synchronized RgbImage image() {
    if (image == null) {
      image = conversion.get();
      conversion = null; // with the tensor, which is four times as large
    }
    return image;
  }

  /** What the owner of the image should know. */
  public Set<Note> notes() {
    return notes;
  }

  /** Whether a safety checker replaced the image by a black one. */
  public boolean isFlagged() {
    return notes.contains(Note.NSFW_CONTENT_DETECTED);
  }

  /** The output image: restored as its frame says, or black where it is flagged. */
  public RgbImage output(Frame frame) {
    return isFlagged()
        ? RgbImage.black(frame.outputWidth(), frame.outputHeight())
        : frame.restore(image());
  }
}
