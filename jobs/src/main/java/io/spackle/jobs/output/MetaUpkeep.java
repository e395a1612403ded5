package io.spackle.jobs.output;

import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.Compaction.Small;
import io.spackle.jobs.output.MergedFiles.Merge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What the run that holds the lease does with the meta files as a whole, between its tasks. */
public final class MetaUpkeep {

  private static final String MERGED = "merged-";

  /** Limits the memory of the driver. */
  private static final int MOST_SOURCES = 100_000;

  private final SparkSession spark;
  private final OutputFolder output;
  private final Lease lease;
  private final RunFiles files;
  private Optional<Dataset<Row>> recovered = Optional.empty();

  public MetaUpkeep(SparkSession spark, OutputFolder output, Lease lease) {
    this.spark = spark;
    this.output = output;
    this.lease = lease;
    this.files = lease.files();
  }

  /** Completes what runs that were killed have begun. Their staged rows count as done from now. */
  public void recover() throws IOException {
    new MergedFiles(files, output.meta()).finishAll();
    files.deleteEmpty(MergedFiles.folder(output.meta()));
    if (StagedRows.areMerged(files, output.meta())) {
      lease.awaitLateRequests();
    } else {
      recovered = Optional.of(StagedRows.merge(spark, output, files, "recovered-images"));
    }
    files.delete(StagedRows.folder(output.meta()));
  }

  /** Makes the folder in which tasks stage rows. */
  public void openStage() throws IOException {
    files.files().makeFolder(StagedRows.folder(output.meta()));
  }

  /**
   * Puts the rows that this run has staged in the place of those that they replace, file by file.
   *
   * @return the locations of the images of replaced rows, also of those that {@link #recover} has
   *     replaced
   */
  public Dataset<Row> mergeStaged() throws IOException {
    lease.requireHeld();
    Dataset<Row> images = StagedRows.merge(spark, output, files, "replaced-images");
    StagedRows.close(files, output.meta());
    return recovered.map(images::union).orElse(images);
  }

  /**
   * Merges small meta files of earlier runs into larger ones. Those of this run stay: an attempt of
   * a task that Spark has given up, and that still runs, must find them.
   *
   * @return how many files were merged
   */
  public long compact() throws IOException {
    List<Merge> merges =
        Compaction.of(small(), number -> MetaFiles.name(MERGED + files.run(), 0, number));
    if (merges.isEmpty()) {
      return 0;
    }
    lease.awaitLateRequests();
    files.files().makeFolder(MergedFiles.folder(output.meta()));
    MetaRewrite rewrite = new MetaRewrite(spark, output.meta(), files);
    rewrite.concatenate(merges);
    lease.requireHeld();
    rewrite.merge(merges);
    files.deleteEmpty(MergedFiles.folder(output.meta()));
    return merges.stream().mapToLong(merge -> merge.sources().size()).sum();
  }

  private List<Small> small() throws IOException {
    List<Small> small = new ArrayList<>();
    FileSystem system = files.files().system();
    RemoteIterator<FileStatus> all = system.listStatusIterator(output.meta());
    while (all.hasNext() && small.size() < MOST_SOURCES) {
      FileStatus file = all.next();
      String name = file.getPath().getName();
      boolean isSmall = OutputFolder.isMetaFile(file) && file.getLen() < Compaction.SMALL;
      if (isSmall && !name.startsWith(files.run())) {
        small.add(new Small(name, file.getLen()));
      }
    }
    small.sort(Comparator.comparing(Small::name));
    return small;
  }
}
