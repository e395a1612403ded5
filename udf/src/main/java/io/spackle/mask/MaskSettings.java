package io.spackle.mask;

import io.spackle.model.SegmenterSettings;
import java.io.Serializable;
import java.util.List;

/**
 * The masks of a job's rows, beside the files of the rows' own.
 *
 * @param entries that rows may name
 * @param shared of all rows without a mask of their own, or null
 */
public record MaskSettings(List<MaskEntry> entries, SharedMask shared) implements Serializable {

  /** Only files of the rows' own. */
  public static final MaskSettings NONE = new MaskSettings(List.of(), null);

  public MaskSettings {
    entries = List.copyOf(entries);
  }

  /** The segmenters of all entries. */
  public List<SegmenterSettings> segmenters() {
    return entries.stream().map(MaskEntry::segmenter).toList();
  }

  MaskEntry entry(String name) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no entry " + name));
  }
}
