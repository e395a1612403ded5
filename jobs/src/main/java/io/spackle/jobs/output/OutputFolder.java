package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.lease.Leases;
import io.spackle.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The folder of a job's results: images/, meta/, report/, webhooks/ and summary.json; what else
 * lies there stays.
 */
public final class OutputFolder {

  /** The pattern of all published meta files. */
  public static final String ALL = "*.parquet";

  private static final String SUMMARY = "summary.json";

  private final Path root;
  private final AtomicFiles files;
  private final FileSystem fileSystem;

  private OutputFolder(Path root, AtomicFiles files) {
    this.root = root;
    this.files = files;
    this.fileSystem = files.system();
  }

  /**
   * The folder at a location, whether it exists or not.
   *
   * @throws UncheckedIOException if the location's file system cannot be reached
   */
  public static OutputFolder of(String location, Configuration hadoop) {
    try {
      Path path = new Path(location);
      AtomicFiles files = AtomicFiles.of(path, hadoop);
      return new OutputFolder(files.system().makeQualified(path), files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the images, as a URI. */
  public Path images() {
    return new Path(root, "images");
  }

  /** Of the marks of what is at work, as a URI; not there while nothing is. */
  public Path marks() {
    return new Path(root, AtomicFiles.HIDDEN + "marks");
  }

  /** Of the meta rows, as a URI. */
  public Path meta() {
    return new Path(root, "meta");
  }

  /** Of the rows' small images for the report, as a URI. */
  public Path previews() {
    return new Path(root, Report.PREVIEWS);
  }

  /** Of the records of webhook calls, as a URI. */
  public Path webhooks() {
    return new Path(root, "webhooks");
  }

  /** A try whether the folder can be written to; returns the time, if it can. */
  @FunctionalInterface
  private interface Try {
    Instant now() throws IOException;
  }

  /** What speaks against writing here; a file is written and deleted to find out. */
  public List<String> problems(OutputMode mode, Path manifest) {
    return problems(mode, manifest, this::tryWriting);
  }

  /** The same without writing anything: the file system is asked for the permission. */
  public List<String> problemsUntouched(OutputMode mode, Path manifest) {
    return problems(mode, manifest, this::askForPermission);
  }

  private List<String> problems(OutputMode mode, Path manifest, Try access) {
    List<String> problems = new ArrayList<>();
    boolean isInOurs =
        Stream.of(images(), meta(), webhooks()).anyMatch(ours -> isBelow(manifest, ours));
    if (isBelow(root, manifest) || isInOurs) {
      problems.add(
          "spackle.output.path %s and spackle.manifest.path %s lie in each other"
              .formatted(root, manifest));
    }
    try {
      if (mode == OutputMode.FAIL_IF_EXISTS && holdsRun()) {
        problems.add(isTaken());
      }
      for (Leases.Live run : new Leases(files, meta()).live(access.now())) {
        problems.add(run.problem(meta()));
      }
    } catch (IOException e) {
      problems.add(
          "spackle.output.path %s cannot be written: %s"
              .formatted(root, StoreProbe.told(root.toString(), e)));
    }
    return problems;
  }

  /**
   * Claims the folder for a run.
   *
   * @param onLoss called, from another thread, when another run took over
   * @throws RefusedException if another run holds it
   */
  public Lease claim(String run, Duration timeout, Runnable onLoss) throws IOException {
    return Lease.take(files, meta(), LeaseRecord.mine(run, timeout), onLoss);
  }

  /**
   * Deletes what older runs left, if the mode says so; for whoever holds the claim.
   *
   * @throws RefusedException if the mode says so and another run has ended here meanwhile
   */
  public void prepare(OutputMode mode) throws IOException {
    if (mode == OutputMode.FAIL_IF_EXISTS && holdsRun()) {
      throw new RefusedException(isTaken());
    }
    if (mode == OutputMode.OVERWRITE) {
      for (Path file : published(ALL)) {
        fileSystem.delete(file, false);
      }
      fileSystem.delete(images(), true);
      fileSystem.delete(new Path(root, Report.FOLDER), true);
      fileSystem.delete(webhooks(), true);
      fileSystem.delete(marks(), true);
      fileSystem.delete(new Path(root, SUMMARY), false);
    }
  }

  /** Forgets which rows killed processes: all have their meta row by now. */
  public void clearMarks() throws IOException {
    fileSystem.delete(marks(), true);
  }

  /**
   * What lies in the folder of images and fits a pattern; nothing where there is no such folder.
   */
  public List<Path> images(String pattern) throws IOException {
    return find(new Path(images(), pattern));
  }

  /** The published meta files that fit a pattern; none where there is no such folder. */
  public List<Path> published(String pattern) throws IOException {
    return find(new Path(meta(), pattern));
  }

  private List<Path> find(Path pattern) throws IOException {
    FileStatus[] found = fileSystem.globStatus(pattern);
    List<Path> files = new ArrayList<>();
    for (FileStatus status : Optional.ofNullable(found).orElse(new FileStatus[0])) {
      files.add(status.getPath());
    }
    return files;
  }

  /** Whether any call of a webhook was recorded. */
  public boolean hasCalls() throws IOException {
    return fileSystem.exists(webhooks());
  }

  /**
   * Columns of the published meta rows, and {@link TaskPublishProtocol#REPLACED}, the name of their
   * file; none where there is nothing.
   *
   * @param columns as in DDL; null where a file has no such column
   */
  public Dataset<Row> rows(SparkSession spark, String columns) throws IOException {
    StructType schema = StructType.fromDDL(columns);
    return published(ALL).isEmpty()
        ? spark.createDataFrame(
            List.of(), schema.add(TaskPublishProtocol.REPLACED, DataTypes.StringType))
        : withFile(read(spark, schema));
  }

  /** The published meta rows in columns of a schema; null where a file has no such column. */
  public Dataset<Row> rows(SparkSession spark, StructType schema) throws IOException {
    return published(ALL).isEmpty()
        ? spark.createDataFrame(List.of(), schema)
        : read(spark, schema);
  }

  private Dataset<Row> read(SparkSession spark, StructType schema) {
    return reader(spark).schema(schema).parquet(meta().toString());
  }

  /** All columns that any published meta row has. */
  public StructType columns(SparkSession spark) throws IOException {
    return published(ALL).isEmpty()
        ? new StructType()
        : reader(spark).option("mergeSchema", "true").parquet(meta().toString()).schema();
  }

  private static DataFrameReader reader(SparkSession spark) {
    return spark.read().option("pathGlobFilter", ALL);
  }

  /** Rows read from files with the names of those. */
  public static Dataset<Row> withFile(Dataset<Row> rows) {
    return rows.withColumn(TaskPublishProtocol.REPLACED, col("_metadata.file_name"));
  }

  /** Replaces summary.json; nobody sees it half written. */
  public void writeSummary(String json) throws IOException {
    files.write(new Path(root, SUMMARY), json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private String isTaken() {
    return "spackle.output.path %s holds a run already, and spackle.output.mode is fail-if-exists"
        .formatted(root);
  }

  private boolean holdsRun() throws IOException {
    return fileSystem.exists(images()) || !published(ALL).isEmpty();
  }

  /** Returns the time by the clock of the file system. */
  private Instant tryWriting() throws IOException {
    boolean isNew = !fileSystem.exists(root);
    Path probe = new Path(root, AtomicFiles.HIDDEN + "probe-" + UUID.randomUUID());
    fileSystem.create(probe, false).close();
    long now = fileSystem.getFileStatus(probe).getModificationTime();
    fileSystem.delete(probe, false);
    if (isNew && fileSystem.exists(root) && fileSystem.listStatus(root).length == 0) {
      fileSystem.delete(root, false);
    }
    return Instant.ofEpochMilli(now);
  }

  /** Returns the time by this machine's clock. */
  private Instant askForPermission() throws IOException {
    Path nearest = root;
    while (!fileSystem.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    fileSystem.access(nearest, FsAction.WRITE_EXECUTE);
    return Instant.now();
  }

  private boolean isBelow(Path inner, Path outer) {
    String folder = fileSystem.makeQualified(outer).toUri().normalize() + "/";
    return (inner.toUri().normalize() + "/").startsWith(folder);
  }
}
