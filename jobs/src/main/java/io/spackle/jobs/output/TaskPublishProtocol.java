package io.spackle.jobs.output;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.LeaseLostException;
import io.spackle.jobs.lease.Leases;
import io.spackle.jobs.lease.RunFolder;
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
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import scala.Option;
import scala.collection.immutable.Seq;

/**
 * Publishes the file of each task as soon as the task is done, once, however many attempts it took.
 *
 * <p>An attempt writes into the hidden folder of its run. Its commit gives the file a name that
 * only run and partition decide; where that name is taken, an earlier attempt got there (its report
 * was lost, or Spark speculated), and this attempt's file is dropped. Readers of the folder see
 * whole files only, at every moment, and the job's own commit has nothing left to do. Spark's own
 * protocols publish all files at the end, which loses hours of work when the driver dies.
 *
 * <p>Rows partitioned by {@link #REPLACED} alone take the place of the files that this column
 * names: each such file is replaced in one step by the rows of its partition. One task must hold
 * all rows of a file.
 *
 * <p>A run whose hidden folder was taken away publishes nothing any more, see {@link Leases}.
 *
 * <p>Set by {@code spark.sql.sources.commitProtocolClass}, with the run's name as the write option
 * {@link #RUN}.
 */
public final class TaskPublishProtocol extends FileCommitProtocol implements Serializable {

  /** The write option that names the run: letters, digits, dots and hyphens. */
  static final String RUN = "spackle.run";

  /** The column of names of files to replace; not written into them. */
  public static final String REPLACED = "_spackle_replaced";

  private static final long serialVersionUID = 1L;

  private final String folder;

  /** The files of the attempt that runs in this copy of the protocol. */
  private transient List<Written> written;

  /** Called by Spark. */
  public TaskPublishProtocol(String jobId, String folder) {
    this.folder = folder;
  }

  /** The pattern of the files that a run has published. */
  public static String published(String run) {
    return run + "-*.parquet";
  }

  /** A finished file and what becomes of it. */
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

  /** The run's folder goes with its claim. */
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
    throw new UnsupportedOperationException("there are no partitions elsewhere");
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

  /** Where folders are but names, nothing else would keep a run from publishing. */
  private void checkNotFenced(AtomicFiles files, TaskAttemptContext task) throws IOException {
    if (new Leases(files, new Path(folder)).isFenced(runFolder(task).path())) {
      throw new LeaseLostException("the run " + run(task) + " was ended; another took over");
    }
  }

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

  private RunFolder runFolder(JobContext job) {
    return RunFolder.of(new Path(folder), run(job));
  }

  private Path attempt(TaskAttemptContext task) {
    return runFolder(task).attempt(task.getTaskAttemptID().toString());
  }

  private static String run(JobContext job) {
    String run = job.getConfiguration().get(RUN);
    if (run == null) {
      throw new IllegalArgumentException("the write option " + RUN + " is not set");
    }
    return run;
  }
}
