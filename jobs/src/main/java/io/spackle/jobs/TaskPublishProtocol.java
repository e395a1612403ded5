package io.spackle.jobs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.spark.internal.io.FileCommitProtocol;
import org.apache.spark.internal.io.FileNameSpec;
import scala.Option;
import scala.collection.immutable.Seq;

/**
 * Publishes the file of each task as soon as the task is done, once, however many attempts it took.
 *
 * <p>An attempt writes under a hidden folder. Its commit renames the file to a name that only run
 * and partition decide; where that name is taken, an earlier attempt got there (its report was
 * lost, or Spark speculated), and this attempt's file is dropped. Readers of the folder see whole
 * files only, at every moment, and the job's own commit has nothing left to do. Spark's own
 * protocols publish all files at the end, which loses hours of work when the driver dies.
 *
 * <p>Set by {@code spark.sql.sources.commitProtocolClass}, with the run's name as the write option
 * {@link #RUN}; not for partitioned tables.
 */
public final class TaskPublishProtocol extends FileCommitProtocol implements Serializable {

  /** The write option that names the run: letters, digits, dots and hyphens. */
  static final String RUN = "spackle.run";

  /** What names of unpublished files begin with: hidden from Spark and most other readers. */
  static final String HIDDEN = ".spackle-";

  private static final long serialVersionUID = 1L;

  private final String folder;

  /** The files of the attempt that runs in this copy of the protocol. */
  private transient List<Path> written;

  /** Called by Spark. */
  public TaskPublishProtocol(String jobId, String folder) {
    this.folder = folder;
  }

  /** The pattern of the files that a run has published. */
  static String published(String run) {
    return run + "-*.parquet";
  }

  /** Below the checksums of local files, which would litter folders with a .crc for each file. */
  static FileSystem fileSystem(Path path, Configuration hadoop) throws IOException {
    FileSystem fileSystem = path.getFileSystem(hadoop);
    return fileSystem instanceof ChecksumFileSystem checked
        ? checked.getRawFileSystem()
        : fileSystem;
  }

  @Override
  public void setupJob(JobContext job) {
    run(job);
  }

  @Override
  public void commitJob(JobContext job, Seq<TaskCommitMessage> messages) {
    delete(job, hidden(job));
  }

  @Override
  public void abortJob(JobContext job) {
    delete(job, hidden(job));
  }

  @Override
  public void setupTask(TaskAttemptContext task) {
    written = new ArrayList<>();
  }

  @Override
  public String newTaskTempFile(TaskAttemptContext task, Option<String> dir, FileNameSpec name) {
    if (dir.isDefined()) {
      throw new UnsupportedOperationException("partitioned tables are not published by task");
    }
    int partition = task.getTaskAttemptID().getTaskID().getId();
    String file = "%s%s-%06d%s".formatted(name.prefix(), run(task), partition, name.suffix());
    Path path = new Path(hidden(task), file);
    written.add(path);
    return path.toString();
  }

  @Override
  public String newTaskTempFileAbsPath(TaskAttemptContext task, String dir, FileNameSpec name) {
    throw new UnsupportedOperationException("partitioned tables are not published by task");
  }

  @Override
  public TaskCommitMessage commitTask(TaskAttemptContext task) {
    try {
      FileSystem fileSystem = fileSystem(task);
      for (Path file : written) {
        publish(fileSystem, file);
      }
      fileSystem.delete(hidden(task), true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish the rows of a task in " + folder, e);
    }
    return new TaskCommitMessage(null);
  }

  @Override
  public void abortTask(TaskAttemptContext task) {
    delete(task, hidden(task));
  }

  private void publish(FileSystem fileSystem, Path file) throws IOException {
    Path name = new Path(folder, file.getName());
    if (!fileSystem.exists(name) && !fileSystem.rename(file, name) && !fileSystem.exists(name)) {
      throw new FileNotFoundException("cannot rename " + file + " to " + name);
    }
  }

  private void delete(JobContext context, Path path) {
    try {
      fileSystem(context).delete(path, true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }

  private FileSystem fileSystem(JobContext context) throws IOException {
    return fileSystem(new Path(folder), context.getConfiguration());
  }

  private Path hidden(JobContext job) {
    return new Path(folder, HIDDEN + run(job));
  }

  private Path hidden(TaskAttemptContext task) {
    return new Path(hidden((JobContext) task), task.getTaskAttemptID().toString());
  }

  private static String run(JobContext job) {
    String run = job.getConfiguration().get(RUN);
    if (run == null) {
      throw new IllegalArgumentException("the write option " + RUN + " is not set");
    }
    return run;
  }
}
