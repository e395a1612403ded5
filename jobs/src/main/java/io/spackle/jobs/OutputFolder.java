package io.spackle.jobs;

import io.spackle.jobs.JobConf.Mode;
import io.spackle.report.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a job's results: images/, meta/, report/, webhooks/ and summary.json; what else
 * lies there stays.
 */
final class OutputFolder {

  /** The pattern of all published meta files. */
  static final String ALL = "*.parquet";

  private static final String SUMMARY = "summary.json";

  private final Path root;
  private final FileSystem fileSystem;

  private OutputFolder(Path root, FileSystem fileSystem) {
    this.root = root;
    this.fileSystem = fileSystem;
  }

  /**
   * The folder at a location, whether it exists or not.
   *
   * @throws UncheckedIOException if the location's file system cannot be reached
   */
  static OutputFolder of(String location, Configuration hadoop) {
    try {
      Path path = new Path(location);
      FileSystem fileSystem = TaskPublishProtocol.fileSystem(path, hadoop);
      return new OutputFolder(fileSystem.makeQualified(path), fileSystem);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the pictures, as a URI. */
  Path images() {
    return new Path(root, "images");
  }

  /** Of the meta rows, as a URI. */
  Path meta() {
    return new Path(root, "meta");
  }

  /** Of the rows' small pictures for the report, as a URI. */
  Path previews() {
    return new Path(root, Report.PREVIEWS);
  }

  /** Of the records of webhook calls, as a URI. */
  Path webhooks() {
    return new Path(root, "webhooks");
  }

  /** What speaks against writing here; a file is written and deleted to find out. */
  List<String> problems(Mode mode, Path manifest) {
    List<String> problems = new ArrayList<>();
    boolean isInOurs =
        Stream.of(images(), meta(), webhooks()).anyMatch(ours -> isBelow(manifest, ours));
    if (isBelow(root, manifest) || isInOurs) {
      problems.add(
          "spackle.output.path %s and spackle.manifest.path %s lie in each other"
              .formatted(root, manifest));
    }
    try {
      if (mode == Mode.FAIL_IF_EXISTS && holdsRun()) {
        problems.add(
            "spackle.output.path %s holds a run already, and spackle.output.mode is fail-if-exists"
                .formatted(root));
      }
      tryWriting();
    } catch (IOException e) {
      problems.add("spackle.output.path %s cannot be written: %s".formatted(root, e.getMessage()));
    }
    return problems;
  }

  /**
   * Makes the folder ready: deletes what an older run left if the mode says so, and in any case the
   * unpublished files of runs that died.
   */
  void prepare(Mode mode) throws IOException {
    if (mode == Mode.OVERWRITE) {
      fileSystem.delete(images(), true);
      fileSystem.delete(meta(), true);
      fileSystem.delete(new Path(root, Report.FOLDER), true);
      fileSystem.delete(webhooks(), true);
      fileSystem.delete(new Path(root, SUMMARY), false);
    }
    fileSystem.mkdirs(meta());
    for (FileStatus status : fileSystem.listStatus(meta())) {
      if (status.getPath().getName().startsWith(TaskPublishProtocol.HIDDEN)) {
        fileSystem.delete(status.getPath(), true);
      }
    }
  }

  /** The published meta files that fit a pattern; none where there is no such folder. */
  List<Path> published(String pattern) throws IOException {
    FileStatus[] found = fileSystem.globStatus(new Path(meta(), pattern));
    List<Path> files = new ArrayList<>();
    for (FileStatus status : Optional.ofNullable(found).orElse(new FileStatus[0])) {
      files.add(status.getPath());
    }
    return files;
  }

  /** Whether any call of a webhook was recorded. */
  boolean hasCalls() throws IOException {
    return fileSystem.exists(webhooks());
  }

  /** Replaces summary.json; nobody sees it half written. */
  void writeSummary(String json) throws IOException {
    Path summary = new Path(root, SUMMARY);
    Path hidden = new Path(root, TaskPublishProtocol.HIDDEN + SUMMARY);
    try (OutputStream out = fileSystem.create(hidden, true)) {
      out.write(json.getBytes(StandardCharsets.UTF_8));
    }
    fileSystem.delete(summary, false);
    fileSystem.rename(hidden, summary);
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private boolean holdsRun() throws IOException {
    return fileSystem.exists(images()) || fileSystem.exists(meta());
  }

  private void tryWriting() throws IOException {
    boolean isNew = !fileSystem.exists(root);
    Path probe = new Path(root, TaskPublishProtocol.HIDDEN + "probe-" + UUID.randomUUID());
    fileSystem.create(probe, false).close();
    fileSystem.delete(probe, false);
    if (isNew && fileSystem.exists(root) && fileSystem.listStatus(root).length == 0) {
      fileSystem.delete(root, false);
    }
  }

  private boolean isBelow(Path inner, Path outer) {
    String folder = fileSystem.makeQualified(outer).toUri().normalize() + "/";
    return (inner.toUri().normalize() + "/").startsWith(folder);
  }
}
