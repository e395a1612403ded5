package io.spackle.jobs.output;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.Leases;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.spark.internal.io.FileCommitProtocol;
import org.apache.spark.internal.io.FileNameSpec;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import scala.Option;
import scala.collection.immutable.Seq;

/**
 * A commit protocol that publishes the file of each task as soon as the task finishes, exactly
 * once, however many attempts it takes.
 *
 * <p>An attempt writes into the hidden folder of its run. Its commit gives the file a name that
 * depends on run and partition only. If that name exists, an earlier attempt was published (its
 * report was lost, or Spark speculated), and this attempt's file is dropped. Readers of the folder
 * see complete files only, at any time, and the commit of the job has nothing left to do. Spark's
 * protocols publish all files at the end, which loses hours of work when the driver crashes.
 *
 * <p>Rows partitioned by {@link #REPLACED} replace the files that this column names: each such file
 * is replaced atomically by the rows of its partition. One task must hold all rows of a file.
 *
 * <p>A run that was fenced publishes nothing any more, see {@link Leases}.
 */
public final class TaskPublishProtocol extends FileCommitProtocol implements Serializable {

  /** The write option that names the run: letters, digits, dots and hyphens. */
  static final String RUN = "spackle.run";

  /** The column with the name of the file that a row goes to; not written into the file. */
  public static final String REPLACED = "_spackle_replaced";

  private static final String PROTOCOL_KEY = "spark.sql.sources.commitProtocolClass";

  private static final long serialVersionUID = 1L;

  private final String folder;

  /** The files of the task attempt that uses this copy of the protocol. */
  private transient List<Written> written;

  /** Called by Spark, which creates it by name. */
  public TaskPublishProtocol(String jobId, String folder) {
    this.folder = folder;
  }

  /**
   * Computes rows and publishes them in new files.
   *
   * @param run names the files: what two writes of the same name publish, they publish once
   */
  public static void append(Dataset<Row> rows, String run, Path folder) {
    write(rows, run, folder);
  }

  /**
   * Computes rows and replaces files by them.
   *
   * @param rows the new content of each file, with the file's name in {@link #REPLACED}; those of a
   *     file are in one task
   */
  public static void replace(Dataset<Row> rows, String run, Path folder) {
    write(rows, run, folder, REPLACED);
  }

  private static void write(Dataset<Row> rows, String run, Path folder, String... partitions) {
    RuntimeConfig conf = rows.sparkSession().conf();
    conf.set(PROTOCOL_KEY, TaskPublishProtocol.class.getName());
    try {
      rows.write()
          .mode(SaveMode.Append)
          .option(RUN, run)
          .partitionBy(partitions)
          .parquet(folder.toString());
    } finally {
      conf.unset(PROTOCOL_KEY); // for this write only, not for others of the session
    }
  }

  /** The pattern of the names of the files that a run has published. */
  public static String published(String run) {
    return run + "-*.parquet";
  }

  /** A complete file and the name under which it will be published. */
  private record Written(Path file, Path name, boolean replaces) {

    void publish(AtomicFiles files) throws IOException {
      if (replaces) {
        files.replace(file, name);
      } else {
        files.publish(file, name);
      }
    }
  }

  @Override
  public void setupJob(JobContext job) {
    run(job);
  }

  /** Nothing to do: the run's folder is deleted with its lease. */
  @Override
  public void commitJob(JobContext job, Seq<TaskCommitMessage> messages) {}

  @Override
  public void abortJob(JobContext job) {}

  @Override
  public void setupTask(TaskAttemptContext task) {
    written = new ArrayList<>();
  }

  @Override
  public String newTaskTempFile(TaskAttemptContext task, Option<String> dir, FileNameSpec spec) {
    int partition = task.getTaskAttemptID().getTaskID().getId();
    String name =
        dir.isDefined()
            ? replaced(dir.get())
            : "%s%s-%06d%s".formatted(spec.prefix(), run(task), partition, spec.suffix());
    Path file = new Path(attempt(task), name);
    written.add(new Written(file, new Path(folder, name), dir.isDefined()));
    return file.toString();
  }

  @Override
  public String newTaskTempFileAbsPath(TaskAttemptContext task, String dir, FileNameSpec spec) {
    throw new UnsupportedOperationException("partitions in other folders are not supported");
  }

  @Override
  public TaskCommitMessage commitTask(TaskAttemptContext task) {
    try {
      AtomicFiles files = files(task);
      checkNotFenced(files, task);
      for (Written file : written) {
        file.publish(files);
      }
      files.system().delete(attempt(task), true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish the rows of a task in " + folder, e);
    }
    return new TaskCommitMessage(null);
  }

  @Override
  public void abortTask(TaskAttemptContext task) {
    Path attempt = attempt(task);
    try {
      files(task).system().delete(attempt, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + attempt, e);
    }
  }

  /** On object stores, where folders are mere prefixes, this alone stops a fenced run. */
  private void checkNotFenced(AtomicFiles files, TaskAttemptContext task) throws IOException {
    if (new Leases(files, new Path(folder)).isFenced(runFolder(task))) {
      throw new Lease.LostException(
          "the run " + run(task) + " was fenced: another run has taken over the output");
    }
  }

  /** The file name in the path of a partition. */
  private static String replaced(String partition) {
    String prefix = REPLACED + "=";
    if (!partition.startsWith(prefix)) {
      throw new UnsupportedOperationException("partitioned by " + partition + ", not " + REPLACED);
    }
    return ExternalCatalogUtils.unescapePathName(partition.substring(prefix.length()));
  }

  private AtomicFiles files(JobContext context) throws IOException {
    return AtomicFiles.of(new Path(folder), context.getConfiguration());
  }

  private Path runFolder(JobContext job) {
    return Leases.runFolder(new Path(folder), run(job));
  }

  private Path attempt(TaskAttemptContext task) {
    return new Path(runFolder(task), task.getTaskAttemptID().toString());
  }

  private static String run(JobContext job) {
    String run = job.getConfiguration().get(RUN);
    if (run == null) {
      throw new IllegalArgumentException("the write option " + RUN + " is not set");
    }
    return run;
  }
}
