package io.spackle.row;

import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.family.Note;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a row sets although the model has no use for it. */
final class UnusedColumns {

  /** The columns of denoising, which a model that only erases does not do. */
  private static final List<String> DENOISING =
      List.of(
          RowColumns.STEPS,
          RowColumns.GUIDANCE_SCALE,
          RowColumns.GUIDANCE_START,
          RowColumns.GUIDANCE_END,
          RowColumns.STRENGTH,
          RowColumns.PROMPT_STRENGTH,
          RowColumns.SCHEDULER,
          RowColumns.USE_KARRAS_SIGMAS);

  private static final List<String> INTERVAL =
      List.of(RowColumns.GUIDANCE_START, RowColumns.GUIDANCE_END);

  private UnusedColumns() {}

  /**
   * The notes for the owner of a row.
   *
   * @param row as it was read
   * @param traits of the model
   */
  static Set<Note> notes(FieldReader fields, ManifestRow row, ModelTraits traits) {
    Guide guide = traits.guide();
    boolean readsPrompt = row.prompts().context().readsPrompt();
    boolean isUnused =
        switch (guide) {
          case PROMPT ->
              !readsPrompt && isEnhanced(fields)
                  || traits.limits().guidance().distilled() && isSet(fields, INTERVAL);
          case REFERENCE -> isEnhanced(fields);
          case PATCHES -> isEnhanced(fields) || isSet(fields, DENOISING);
          case NONE, FILL ->
              isEnhanced(fields)
                  || isSet(fields, DENOISING)
                  || isSet(fields, List.of(RowColumns.SEED));
        };
    Set<Note> notes = EnumSet.noneOf(Note.class);
    if (isUnused) {
      notes.add(Note.PARAMETERS_UNUSED);
    }
    if (guide == Guide.PROMPT && !readsPrompt && !row.prompts().prompt().isBlank()) {
      notes.add(Note.PROMPT_UNUSED);
    }
    if (isSet(fields, List.of(RowColumns.MASK_IMAGE))
        && isSet(fields, List.of(RowColumns.MASK_FROM))) {
      notes.add(Note.MASK_FROM_UNUSED);
    }
    return notes;
  }

  private static boolean isEnhanced(FieldReader fields) {
    return fields.flag(RowColumns.ENHANCE_PROMPT, false);
  }

  private static boolean isSet(FieldReader fields, List<String> columns) {
    return columns.stream().anyMatch(column -> !CellValues.isAbsent(fields.raw(column)));
  }
}
