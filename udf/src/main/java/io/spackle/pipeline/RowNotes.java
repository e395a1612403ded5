package io.spackle.pipeline;

import io.spackle.codec.MaskReading;
import io.spackle.codec.MaskReading.Finding;
import io.spackle.codec.OutputOptions;
import io.spackle.codec.SourceImage;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.image.Frame;
import io.spackle.image.MatteConfidence;
import io.spackle.row.ManifestRow;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The notes on a row that do not come from its model. */
final class RowNotes {

  private RowNotes() {}

  /**
   * The notes on a decoded and framed row.
   *
   * @return a new set
   */
  static Set<Note> of(FramedRow framed, ModelTraits traits, ImageSettings settings) {
    ManifestRow row = framed.row();
    Frame frame = framed.frame();
    Set<Note> notes = ofSource(framed.source(), frame, settings.output());
    if (frame.isBlank()) {
      notes.add(Note.MASK_EMPTY);
      return notes;
    }
    if (frame.maskCoverage() == 1) {
      notes.add(Note.MASK_FULL);
    }
    if (settings.hasUnusedExclusion(row, traits)) {
      notes.add(Note.EXCLUDE_UNUSED);
    }
    if (row.hasUnusedSize(traits)) {
      notes.add(Note.SIZE_UNUSED);
    }
    return notes;
  }

  /** The notes on how a mask was read, and the canvas extended; a new set. */
  static Set<Note> ofInputs(
      FramedRow.Images images, Optional<RowCanvas> canvas, ImageSettings settings) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    MaskReading reading = images.mask();
    if (settings.framing().isMatte()
        && MatteConfidence.isLow(images.init().rgb(), reading.mask())) {
      notes.add(Note.MATTE_UNCERTAIN);
    }
    for (Finding finding : reading.findings()) {
      notes.add(
          switch (finding) {
            case UNCLEAR -> Note.MASK_UNCLEAR;
            case TURNED -> Note.MASK_TURNED;
            case STRETCHED -> Note.MASK_STRETCHED;
          });
    }
    if (canvas.isPresent() && canvas.get().isUnchanged()) {
      notes.add(Note.EXTEND_UNUSED);
    }
    return notes;
  }

  private static Set<Note> ofSource(SourceImage source, Frame frame, OutputOptions output) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    if (source.isFlattenedBy(output)) {
      notes.add(Note.ALPHA_FLATTENED);
    }
    if (source.hasUnusableProfile()) {
      notes.add(Note.PROFILE_IGNORED);
    }
    if (source.isDeep() && !frame.isBlank()) {
      notes.add(Note.GENERATED_IN_8_BITS);
    }
    return notes;
  }
}
