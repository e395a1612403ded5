package io.spackle.jobs.lease;

import io.spackle.jobs.files.AtomicFiles;
import org.apache.hadoop.fs.Path;

/**
 * The hidden folder of one run, in which all its files begin: what is not in there any more cannot
 * be published.
 *
 * @param path below the folder of the meta files
 */
public record RunFolder(Path path) {

  /** The folder of a run whose meta files go to a folder. */
  public static RunFolder of(Path meta, String run) {
    return new RunFolder(new Path(meta, AtomicFiles.HIDDEN + run));
  }

  /** Who runs it, and by its time of change, when the run last was alive. */
  Path claim() {
    return new Path(path, "claim");
  }

  /** The rows that are to be done, and the meta rows of no row. */
  public Path rows() {
    return new Path(path, "rows");
  }

  /** Which of them replace which meta rows. */
  public Path replaced() {
    return new Path(path, "replaced");
  }

  /** The meta rows that stay in files of which others are replaced. */
  public Path kept() {
    return new Path(path, "kept");
  }

  /** Where an attempt at a task writes. */
  public Path attempt(String id) {
    return new Path(path, id);
  }
}
