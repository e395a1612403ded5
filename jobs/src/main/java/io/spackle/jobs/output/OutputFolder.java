package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.files.StoreProbe;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.lease.Leases;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.report.Report;
import io.spackle.sink.NameTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The folder of a job's results: images/, meta/, report/, webhooks/ and summary.json. Other files
 * in it are never touched.
 */
public final class OutputFolder {

  /** What a run does with an output that already holds results. */
  public enum Mode {
    RESUME,
    OVERWRITE,
    FAIL_IF_EXISTS
  }

  /** The pattern of all published meta files. */
  public static final String ALL = "*.parquet";

  static final String IMAGES = "images";

  private static final long SMALL = 16L << 20;

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

  /** The folder of images, as a URI. */
  public Path images() {
    return new Path(root, IMAGES);
  }

  /** The folder of the markers of rows in progress, as a URI; exists only while a run needs it. */
  public Path markers() {
    return new Path(root, AtomicFiles.HIDDEN + "marks");
  }

  /** The folder of meta rows, as a URI. */
  public Path meta() {
    return new Path(root, "meta");
  }

  /** The folder of the previews that the report shows, as a URI. */
  public Path previews() {
    return new Path(root, Report.PREVIEWS);
  }

  /** The folder of the records of webhook calls, as a URI. */
  public Path webhooks() {
    return new Path(root, "webhooks");
  }

  /** The folder itself, as a URI. */
  public Path root() {
    return root;
  }

  /** The folders of results that a run writes or deletes. */
  public List<Path> results() {
    return List.of(images(), meta(), webhooks());
  }

  /** A check that the folder can be written to, which returns the current time. */
  @FunctionalInterface
  private interface WriteCheck {
    Instant now() throws IOException;
  }

  /** Returns why a run cannot write here; a file is written and deleted to find out. */
  public List<String> problems(Mode mode) {
    return problems(mode, this::writeProbe);
  }

  /** The same without writing anything, by asking the file system for the permission. */
  public List<String> problemsReadOnly(Mode mode) {
    return problems(mode, this::askForPermission);
  }

  private List<String> problems(Mode mode, WriteCheck access) {
    List<String> problems = new ArrayList<>();
    try {
      if (mode == Mode.FAIL_IF_EXISTS && hasResults()) {
        problems.add(alreadyHasResults());
      }
      for (Leases.Live run : new Leases(files, meta()).live(access.now())) {
        problems.add(run.problem(meta()));
      }
    } catch (IOException e) {
      problems.add(
          "spackle.output.path %s cannot be written: %s"
              .formatted(root, StoreProbe.explain(root.toString(), e)));
    }
    return problems;
  }

  /**
   * Acquires the lease of the folder for a run.
   *
   * @param timeout time after the last heartbeat at which the lease expires
   * @param onLoss called, from another thread, when another run has taken over
   * @throws RefusedException if another run holds the lease
   */
  public Lease acquireLease(String run, Duration timeout, Runnable onLoss) throws IOException {
    return Lease.acquire(files, meta(), LeaseRecord.mine(run, timeout), onLoss);
  }

  /**
   * Deletes the results of earlier runs if the mode is {@link Mode#OVERWRITE}.
   *
   * @param run that holds the lease
   * @throws RefusedException if the mode is {@link Mode#FAIL_IF_EXISTS} and another run has written
   *     results since the check
   */
  public void prepare(Mode mode, RunFiles run) throws IOException {
    if (mode == Mode.FAIL_IF_EXISTS && hasResults()) {
      throw new RefusedException(alreadyHasResults());
    }
    if (mode == Mode.OVERWRITE) {
      for (Path file : published(ALL)) {
        run.delete(file);
      }
      List<Path> folders =
          List.of(
              StagedRows.folder(meta()),
              MergedFiles.folder(meta()),
              images(),
              new Path(root, Report.FOLDER),
              webhooks(),
              TakenFiles.folder(root),
              markers());
      for (Path old : folders) {
        run.delete(old);
      }
      run.delete(new Path(root, SUMMARY));
    }
  }

  /** Deletes the markers, once every row has its meta row. */
  public void clearMarkers(RunFiles run) throws IOException {
    run.delete(markers());
  }

  /** Whether there is any published meta file. */
  public boolean hasRows() throws IOException {
    return hasMetaFile(file -> true);
  }

  /** Whether the published meta files are so small that one task reads them in a second. */
  public boolean isSmall() {
    AtomicLong bytes = new AtomicLong();
    try {
      return !hasMetaFile(file -> bytes.addAndGet(file.getLen()) > SMALL);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + meta(), e);
    }
  }

  private boolean hasMetaFile(Predicate<FileStatus> condition) throws IOException {
    if (!fileSystem.exists(meta())) {
      return false;
    }
    RemoteIterator<FileStatus> all = fileSystem.listStatusIterator(meta());
    while (all.hasNext()) {
      FileStatus file = all.next();
      if (isMetaFile(file) && condition.test(file)) {
        return true;
      }
    }
    return false;
  }

  /** Whether an entry of the folder of meta files is one that readers see. */
  static boolean isMetaFile(FileStatus file) {
    String name = file.getPath().getName();
    return file.isFile() && name.endsWith(".parquet") && !name.startsWith(".");
  }

  /** The published meta files whose names match a pattern; none if the folder does not exist. */
  public List<Path> published(String pattern) throws IOException {
    return find(new Path(meta(), pattern));
  }

  List<Path> find(Path pattern) throws IOException {
    FileStatus[] found = fileSystem.globStatus(pattern);
    List<Path> files = new ArrayList<>();
    for (FileStatus status : Optional.ofNullable(found).orElse(new FileStatus[0])) {
      files.add(status.getPath());
    }
    return files;
  }

  /** Whether any webhook call was recorded. */
  public boolean hasWebhookRecords() throws IOException {
    return fileSystem.exists(webhooks());
  }

  /**
   * The published meta rows in some columns.
   *
   * @param columns as in DDL; null for files without such a column
   */
  public Dataset<Row> rows(SparkSession spark, String columns) throws IOException {
    return rows(spark, StructType.fromDDL(columns));
  }

  /** The published meta rows in the columns of a schema; null for files without such a column. */
  public Dataset<Row> rows(SparkSession spark, StructType schema) throws IOException {
    return hasRows()
        ? reader(spark).schema(schema).parquet(meta().toString())
        : spark.createDataFrame(List.of(), schema);
  }

  /** The locations of all images that meta rows name, with the ids of their rows. */
  public Dataset<Row> locations(SparkSession spark) throws IOException {
    return rows(spark, "id string, output array<string>, meta struct<mask_output: string>")
        .select(
            col("id"),
            explode(concat(col("output"), array(col("meta.mask_output")))).as("location"))
        .where(col("location").isNotNull());
  }

  /**
   * What a template would call the published images, with the ids of their rows.
   *
   * @return columns owner and name
   */
  public Dataset<Row> names(SparkSession spark, NameTemplate template) throws IOException {
    StructType schema =
        new StructType().add("owner", DataTypes.StringType).add("name", DataTypes.StringType);
    return locations(spark)
        .flatMap(
            (FlatMapFunction<Row, Row>)
                row ->
                    ImagePaths.of(row.getString(1)).stream()
                        .flatMap(path -> ImagePaths.name(path, template).stream())
                        .map(name -> RowFactory.create(row.getString(0), name))
                        .iterator(),
            Encoders.row(schema));
  }

  /** The union of the columns of all published meta files. */
  public StructType columns(SparkSession spark) throws IOException {
    return hasRows()
        ? reader(spark).option("mergeSchema", "true").parquet(meta().toString()).schema()
        : new StructType();
  }

  private static DataFrameReader reader(SparkSession spark) {
    return spark.read().option("pathGlobFilter", ALL);
  }

  /** Adds the names of the files that rows were read from. */
  static Dataset<Row> withFile(Dataset<Row> rows) {
    return rows.withColumn(MetaColumns.FILE, col("_metadata.file_name"));
  }

  /** Replaces summary.json atomically. */
  public void writeSummary(String json, RunFiles run) throws IOException {
    run.write(new Path(root, SUMMARY), json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private String alreadyHasResults() {
    return "spackle.output.path %s already holds the results of a run, and spackle.output.mode is fail-if-exists"
        .formatted(root);
  }

  private boolean hasResults() throws IOException {
    return fileSystem.exists(images()) || hasRows();
  }

  /** Writes and deletes a file; returns the time by the file system's clock. */
  private Instant writeProbe() throws IOException {
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

  /** Asks the file system for the permission; returns the time by this machine's clock. */
  private Instant askForPermission() throws IOException {
    Path nearest = root;
    while (!fileSystem.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    fileSystem.access(nearest, FsAction.WRITE_EXECUTE);
    return Instant.now();
  }
}
