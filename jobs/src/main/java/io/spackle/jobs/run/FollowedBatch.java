package io.spackle.jobs.run;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.manifest.FileManifest;
import io.spackle.jobs.output.TakenFiles;
import io.spackle.jobs.output.TakenFiles.Taken;
import io.spackle.row.Redaction;
import io.spackle.source.FileVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;

/**
 * The manifest files that one run takes of those that it follows.
 *
 * <p>All files are in an order: that of their batches, and within a batch that of their
 * modification times, then their names. Of the rows of one id the last one counts. So a file that
 * changed is taken as a new one, at the end; and one that is taken again, because of rows that
 * failed, keeps its place at the start: no row of it replaces that of a later file.
 */
public final class FollowedBatch {

  private static final Comparator<FileStatus> BY_TIME =
      Comparator.comparingLong(FileStatus::getModificationTime)
          .thenComparing(file -> file.getPath().toString());

  /** No files. */
  static final FollowedBatch EMPTY = new FollowedBatch(List.of(), 0, Set.of(), null);

  private final List<FileStatus> files;
  private final int seen;
  private final Set<String> listed;
  private final TakenFiles record;

  /**
   * @param listed locations of all files
   */
  private FollowedBatch(List<FileStatus> files, int seen, Set<String> listed, TakenFiles record) {
    this.files = files;
    this.seen = seen;
    this.listed = listed;
    this.record = record;
  }

  /** Which files are taken of those that an earlier batch had in the same state. */
  enum Again {
    NONE,
    /** Those of batches of which a run would process rows again. */
    UNFINISHED,
    ALL;

    private boolean takes(Taken file) {
      return this == ALL || this == UNFINISHED && file.again();
    }
  }

  /**
   * Selects the files of the next batch.
   *
   * @param listed all files now
   * @param taken what is known of files that were taken
   * @param record receives the files of the batch at its end
   */
  static FollowedBatch of(
      List<FileStatus> listed, Map<String, Taken> taken, Again again, TakenFiles record) {
    Map<String, FileStatus> byLocation = new HashMap<>();
    listed.forEach(file -> byLocation.put(location(file), file));
    List<FileStatus> files = new ArrayList<>();
    Set<String> unchanged = new HashSet<>();
    for (Taken known : taken.values()) {
      FileStatus file = byLocation.get(known.location());
      if (file != null && !FileVersion.isChanged(known.version(), FileVersion.of(file))) {
        unchanged.add(known.location());
        if (again.takes(known)) {
          files.add(file);
        }
      }
    }
    int seen = files.size();
    listed.stream()
        .filter(file -> !unchanged.contains(location(file)))
        .sorted(BY_TIME)
        .forEach(files::add);
    return new FollowedBatch(files, seen, Set.copyOf(byLocation.keySet()), record);
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  /** The number of files that no earlier batch had in this state. */
  int added() {
    return files.size() - seen;
  }

  /** The number of files that an earlier batch had. */
  int seen() {
    return seen;
  }

  /** The manifest of these files. */
  FileManifest of(FileManifest all) {
    List<String> uris = files.stream().map(FollowedBatch::uri).toList();
    return all.only(new FileManifest.Batch(uris, seen));
  }

  /**
   * Checks, under the lease, that no other run has recorded files since these were selected.
   *
   * @throws RefusedException if one has
   */
  void requireCurrent() throws IOException {
    if (!record.isCurrent()) {
      throw new RefusedException(
          "another run has taken files of the manifest since this one looked for new ones: start it again");
    }
  }

  /**
   * Records that all rows of the files were processed.
   *
   * @param again whether a further run would process rows again
   * @param run that holds the lease
   */
  void record(boolean again, RunFiles run) throws IOException {
    List<Taken> taken =
        files.stream().map(file -> new Taken(location(file), FileVersion.of(file), again)).toList();
    // Files of other folders are not listed; they may be followed into this output, too.
    Set<String> folders = listed.stream().map(FollowedBatch::folder).collect(Collectors.toSet());
    record.add(taken, file -> !listed.contains(file) && folders.contains(folder(file)), run);
  }

  private static String folder(String location) {
    return location.substring(0, location.lastIndexOf('/'));
  }

  private static String uri(FileStatus file) {
    return file.getPath().toUri().toString();
  }

  private static String location(FileStatus file) {
    return Redaction.redacted(uri(file));
  }
}
