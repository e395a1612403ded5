package io.spackle.row;

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
          RowColumns.STRENGTH,
          RowColumns.PROMPT_STRENGTH,
          RowColumns.SCHEDULER,
          RowColumns.USE_KARRAS_SIGMAS,
          RowColumns.SEED);

  private UnusedColumns() {}

  /**
   * The notes for the owner of a row.
   *
   * @param guide of the model
   */
  static Set<Note> notes(FieldReader fields, Guide guide) {
    boolean isUnused =
        switch (guide) {
          case PROMPT -> false;
          case REFERENCE -> fields.flag(RowColumns.ENHANCE_PROMPT, false);
          case NONE ->
              fields.flag(RowColumns.ENHANCE_PROMPT, false)
                  || DENOISING.stream()
                      .anyMatch(column -> !CellValues.isAbsent(fields.raw(column)));
        };
    return isUnused ? EnumSet.of(Note.PARAMETERS_UNUSED) : Set.of();
  }
}
