package io.spackle.row;

import java.io.Serializable;
import java.util.List;

/** Where the mask of a row comes from. */
public sealed interface RowMask extends Serializable {

  /** The location of a file, or null if there is none. */
  String location();

  /**
   * A file of the row's own.
   *
   * @param location of it
   */
  record File(String location) implements RowMask {}

  /**
   * The file that all rows without a mask of their own share.
   *
   * @param location for people: it is read before the first row
   */
  record Shared(String location) implements RowMask {}

  /** Nothing of the init image: only what its extended canvas adds is masked. */
  record None() implements RowMask {
    @Override
    public String location() {
      return null;
    }
  }

  /**
   * What segmenters find in the init image: the union of the parts.
   *
   * @param names as the row or the configuration gives them
   * @param parts at least one
   */
  record Found(String names, List<Part> parts) implements RowMask {
    public Found {
      parts = List.copyOf(parts);
    }

    @Override
    public String location() {
      return null;
    }
  }

  /**
   * What one entry of the configuration finds.
   *
   * @param entry its name
   * @param classes of its segmenter; empty for those of the entry
   */
  record Part(String entry, List<String> classes) implements Serializable {
    public Part {
      classes = List.copyOf(classes);
    }
  }
}
