package io.spackle.family;

import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import java.util.Set;

/**
 * What became of one {@link InpaintInput}.
 *
 * @param image of the plan's size
 * @param notes what the owner of the image should know
 */
public record InpaintedImage(RgbImage image, Set<Note> notes) {

  public InpaintedImage {
    notes = Set.copyOf(notes);
  }

  /** Whether a safety checker blackened the image. */
  public boolean isFlagged() {
    return notes.contains(Note.NSFW_CONTENT_DETECTED);
  }

  /** The output: restored as its frame says, but black all over where it is flagged. */
  public RgbImage output(Frame frame) {
    return isFlagged()
        ? RgbImage.black(frame.outputWidth(), frame.outputHeight())
        : frame.restore(image);
  }
}
