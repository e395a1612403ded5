package io.spackle.row;

import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.row.RowDefaults.References;
import java.io.Serializable;

/** The rule for which rows have a reference image, and what they do with it. */
record ReferenceRule(ModelTraits traits, References references) implements Serializable {

  private boolean isGuide() {
    return traits.guide() == Guide.REFERENCE;
  }

  private boolean isTaken() {
    return isGuide() || traits.takesReferenceInContext() && !references.context().isNone();
  }

  /** The location of a row's reference image, or null; a problem if it is missing or not taken. */
  String location(FieldReader fields) {
    String location = fields.optionalLocation(RowColumns.REFERENCE_IMAGE);
    boolean isNeeded = isGuide() || isTaken() && references.required();
    if (location == null && isNeeded) {
      fields.addProblem(
          ErrorCode.REFERENCE_MISSING, RowColumns.REFERENCE_IMAGE, "nothing found, " + expected());
    } else if (location != null && !isTaken()) {
      fields.addProblem(
          ErrorCode.REFERENCE_UNUSED,
          RowColumns.REFERENCE_IMAGE,
          "a location found, none expected: " + untaken());
    }
    return location;
  }

  private String expected() {
    return isGuide()
        ? "the location of an image expected"
        : "the location of an image expected, or spackle.reference.required = false";
  }

  private String untaken() {
    return traits.takesReferenceInContext()
        ? "models of the family %s take a reference image only with spackle.reference.layout = left or below"
            .formatted(traits.family())
        : "models of the family %s take no reference image".formatted(traits.family());
  }

  /**
   * The context of a row.
   *
   * @param location of its reference image, or null
   */
  ReferenceContext context(String location) {
    return location == null || isGuide() ? ReferenceContext.NONE : references.context();
  }
}
