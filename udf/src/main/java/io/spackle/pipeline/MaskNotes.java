package io.spackle.pipeline;

import io.spackle.codec.MaskReading;
import io.spackle.codec.MaskReading.Finding;
import io.spackle.family.Note;
import java.util.EnumSet;
import java.util.Set;

/** The notes about how a mask was read. */
final class MaskNotes {

  private MaskNotes() {}

  /** One note for each finding; modifiable. */
  static Set<Note> of(MaskReading reading) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    for (Finding finding : reading.findings()) {
      notes.add(
          switch (finding) {
            case UNCLEAR -> Note.MASK_UNCLEAR;
            case TURNED -> Note.MASK_TURNED;
            case STRETCHED -> Note.MASK_STRETCHED;
          });
    }
    return notes;
  }
}
