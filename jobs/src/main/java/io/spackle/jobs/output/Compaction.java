package io.spackle.jobs.output;

import io.spackle.jobs.output.MergedFiles.Merge;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Which small meta files are merged into larger ones. Files of 64 MiB stay for good, so that each
 * row is written again a few times at most, however many runs follow.
 */
final class Compaction {

  /** A smaller file is small. */
  static final long SMALL = 64L << 20;

  /** So many bytes of sources fill a new file; the last of them are less than 64 MiB. */
  static final long FULL = 192L << 20;

  /** Fewer small files stay, since they cost readers little. */
  static final int ENOUGH = 16;

  private Compaction() {}

  /**
   * A small meta file.
   *
   * @param bytes its length
   */
  record Small(String name, long bytes) {}

  /**
   * The merges of small files, in their order; none if there are too few of them.
   *
   * @param target names the new file of a number, from 0
   */
  static List<Merge> of(List<Small> small, Function<Integer, String> target) {
    List<Merge> merges = new ArrayList<>();
    List<String> sources = new ArrayList<>();
    long bytes = 0;
    for (Small file : small.size() < ENOUGH ? List.<Small>of() : small) {
      sources.add(file.name());
      bytes += file.bytes();
      if (bytes >= FULL) {
        merges.add(new Merge(target.apply(merges.size()), List.copyOf(sources)));
        sources.clear();
        bytes = 0;
      }
    }
    if (sources.size() > 1) {
      merges.add(new Merge(target.apply(merges.size()), List.copyOf(sources)));
    }
    return merges;
  }
}
