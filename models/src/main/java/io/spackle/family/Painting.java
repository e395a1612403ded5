package io.spackle.family;

import io.spackle.image.RgbImage;
import java.util.Set;

/**
 * What became of one {@link Subject}.
 *
 * @param image of the plan's size
 * @param notes what the owner of the picture should know
 */
public record Painting(RgbImage image, Set<Note> notes) {

  public Painting {
    notes = Set.copyOf(notes);
  }
}
