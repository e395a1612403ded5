package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Device;

/** A model that is not open yet: in a folder, or built in. */
public sealed interface ModelSource permits ModelSource.Bundle, BuiltInModel {

  /** A text that changes whenever the same input may give another image. */
  String digest();

  /** What the model accepts and assumes, known without opening it. */
  ModelTraits traits();

  /**
   * Opens the model without a safety checker.
   *
   * @param device where it runs
   * @return to be closed by the caller
   * @throws io.spackle.graph.InvalidModelException with every problem found; nothing stays open
   *     then
   */
  Inpainter open(Device device);

  /** A model in a folder; its family is detected from the files. */
  record Bundle(ModelBundle bundle) implements ModelSource {

    @Override
    public String digest() {
      return bundle.digest();
    }

    @Override
    public ModelTraits traits() {
      return Families.traits(bundle);
    }

    @Override
    public Inpainter open(Device device) {
      return Families.openUnchecked(bundle, device);
    }
  }
}
