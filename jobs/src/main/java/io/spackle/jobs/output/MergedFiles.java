package io.spackle.jobs.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.Syncable;

/**
 * The exchange of meta files for others with the same rows, or newer forms of them, whose content
 * is complete in the run's folder. Each step can be repeated, by another attempt or the next run,
 * from wherever it ended.
 *
 * <p>One file that takes the place of several is announced first: a hidden file lists what it
 * replaces. Then it appears, and the others are deleted, one by one. Meanwhile readers of the bare
 * folder see rows of these twice. If the process ends in between, the next run deletes the rest. If
 * it ends before the new file has appeared, nothing has happened, and nothing will: its content was
 * in the run's folder, which is gone.
 */
final class MergedFiles {

  private static final String FOLDER = "_merges";
  private static final String SUFFIX = ".json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunFiles files;
  private final Path meta;

  /**
   * @param meta the folder of meta files
   */
  MergedFiles(RunFiles files, Path meta) {
    this.files = files;
    this.meta = meta;
  }

  /**
   * A file in place of others.
   *
   * @param target name of the new file
   * @param sources names of those whose rows it has
   */
  record Merge(String target, List<String> sources) implements Serializable {}

  /** The folder of announcements, for a folder of meta files. */
  static Path folder(Path meta) {
    return new Path(meta, FOLDER);
  }

  /** The name of complete content, in the run's folder. */
  static String hidden(String name) {
    return "complete-" + name;
  }

  /** Exchanges a file for one of the same name. */
  void replace(String name) throws IOException {
    Path complete = files.hidden(hidden(name));
    if (!exists(complete)) {
      files.requireNotFenced();
      return; // another attempt has put it in place
    }
    files.replaceBy(complete, new Path(meta, name));
  }

  /** Exchanges several files for one of a new name. */
  void merge(Merge merge) throws IOException {
    Path announcement = new Path(folder(meta), merge.target() + SUFFIX);
    byte[] json = JSON.writeValueAsBytes(merge);
    files.write(announcement, out -> writeToDisk(json, out));
    files.publish(files.hidden(hidden(merge.target())), new Path(meta, merge.target()));
    finish(announcement, merge);
  }

  /** Completes what earlier runs have announced; their processes have ended or are fenced. */
  void finishAll() throws IOException {
    for (Path announcement : announcements()) {
      finish(announcement, read(announcement));
    }
  }

  /** A crash of the machine must not leave the file without its content. */
  private void writeToDisk(byte[] json, OutputStream out) throws IOException {
    out.write(json);
    if (out instanceof Syncable file && !HadoopFiles.isObjectStore(files.files().system())) {
      file.hsync();
    }
  }

  private Merge read(Path announcement) throws IOException {
    try {
      return parsed(files.files().read(announcement));
    } catch (JsonProcessingException e) {
      String name = announcement.getName();
      Path target = new Path(meta, name.substring(0, name.length() - SUFFIX.length()));
      if (!exists(target)) {
        return new Merge(target.getName(), List.of());
      }
      throw new IOException(
          "%s is damaged, expected the names of the files whose rows are in %s: delete the one if you find these rows in no other file, both otherwise"
              .formatted(announcement, target),
          e);
    }
  }

  /** The content of an announcement. */
  static Merge parsed(byte[] json) throws IOException {
    return JSON.readValue(json, Merge.class);
  }

  private void finish(Path announcement, Merge merge) throws IOException {
    if (exists(new Path(meta, merge.target()))) {
      for (String source : merge.sources()) {
        files.delete(new Path(meta, source));
      }
    }
    files.delete(announcement);
  }

  private List<Path> announcements() throws IOException {
    List<Path> found = new ArrayList<>();
    FileSystem system = files.files().system();
    try {
      for (FileStatus status : system.listStatus(folder(meta))) {
        if (status.getPath().getName().endsWith(SUFFIX)) {
          found.add(status.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return found;
  }

  private boolean exists(Path file) throws IOException {
    return files.files().system().exists(file);
  }
}
