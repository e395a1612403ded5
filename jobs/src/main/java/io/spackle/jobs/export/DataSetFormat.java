package io.spackle.jobs.export;

import java.util.Locale;

/** The layouts of data sets. */
public enum DataSetFormat {
  /** Folders of persons, garments, masks and results, with a list of pairs, as in VITON-HD. */
  VITON,

  /** Tar files of samples, for {@code webdataset}. */
  WEBDATASET;

  /** The name on the command line and in {@code dataset.json}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a sample without a garment has no place in this layout. */
  boolean needsGarment() {
    return this == VITON;
  }
}
