package io.spackle.row;

import io.spackle.image.Extension;
import java.util.Locale;

/** The columns of a row that say which images it is made from. */
final class ImageColumns {

  /** The value of a row whose canvas does not grow, whatever the configuration says. */
  private static final String NONE = "none";

  private ImageColumns() {}

  /**
   * Reads the columns; problems are added to the fields.
   *
   * @param references which rows have a reference image
   * @param defaults of rows that do not say
   */
  static ManifestRow.Locations read(
      FieldReader fields, ReferenceRule references, RowDefaults defaults) {
    Extension extended = extension(fields, defaults.extension());
    return new ManifestRow.Locations(
        fields.location(RowColumns.INIT_IMAGE),
        mask(fields, defaults.masks(), extended != null),
        references.location(fields),
        fields.optionalLocation(RowColumns.EXCLUDE_IMAGE),
        extended);
  }

  /** A file wins over a name, and both over the defaults. */
  private static RowMask mask(FieldReader fields, RowDefaults.Masks defaults, boolean isExtended) {
    String names = fields.text(RowColumns.MASK_FROM, null);
    boolean hasFile = !CellValues.isAbsent(fields.raw(RowColumns.MASK_IMAGE));
    if (!hasFile && names != null) {
      return found(fields, defaults.names(), names);
    }
    if (!hasFile && defaults.byDefault() != null) {
      return defaults.byDefault();
    }
    return !hasFile && isExtended
        ? new RowMask.None()
        : new RowMask.File(fields.location(RowColumns.MASK_IMAGE));
  }

  private static RowMask found(FieldReader fields, MaskNames known, String names) {
    try {
      return known.resolve(names);
    } catch (IllegalArgumentException e) {
      fields.addProblem(RowColumns.MASK_FROM, e.getMessage());
      return new RowMask.None();
    }
  }

  private static Extension extension(FieldReader fields, Extension byDefault) {
    String text = fields.text(RowColumns.EXTEND, null);
    if (text == null) {
      return byDefault;
    }
    try {
      return isNone(text) ? null : Extension.of(text);
    } catch (IllegalArgumentException e) {
      fields.addProblem(
          RowColumns.EXTEND, Redaction.value(text) + " found, none or " + e.getMessage());
      return byDefault;
    }
  }

  private static boolean isNone(String text) {
    return text.strip().toLowerCase(Locale.ROOT).equals(NONE);
  }

  /** One spelling for all texts that mean the same extension; an invalid text as it is. */
  static String spelling(String extend) {
    try {
      return isNone(extend) ? NONE : Extension.of(extend).toString();
    } catch (IllegalArgumentException e) {
      return extend;
    }
  }
}
