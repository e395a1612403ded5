package io.spackle.jobs.output;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.sink.HadoopFiles;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The hidden folder of what a run writes for its tasks, deleted when the run ends.
 *
 * <p>It holds signed locations. So it is not below the meta files, and who may not write to the
 * output cannot look into it, on file systems with permissions.
 */
public final class WorkFolder implements AutoCloseable {

  private static final String NAME = AtomicFiles.HIDDEN + "work-";

  private final AtomicFiles files;
  private final Path path;

  private WorkFolder(AtomicFiles files, Path path) {
    this.files = files;
    this.path = path;
  }

  /** Creates the folder of the run that holds the lease, and deletes those of dead runs. */
  public static WorkFolder open(OutputFolder output, Lease lease) throws IOException {
    RunFiles changes = lease.files();
    AtomicFiles files = changes.files();
    deleteAll(output.root(), changes);
    Path path = new Path(output.root(), NAME + lease.run());
    if (!HadoopFiles.isObjectStore(files.system())) {
      FileSystem.mkdirs(
          files.system(), path, ofWriters(files.system().getFileStatus(output.root())));
    }
    return new WorkFolder(files, path);
  }

  /** The folder, as a URI. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    files.deleteQuietly(path);
  }

  private static void deleteAll(Path output, RunFiles changes) throws IOException {
    FileStatus[] left = changes.files().system().globStatus(new Path(output, NAME + "*"));
    for (FileStatus folder : Optional.ofNullable(left).orElse(new FileStatus[0])) {
      changes.delete(folder.getPath());
    }
  }

  /** Drivers and executors need not be the same user. */
  private static FsPermission ofWriters(FileStatus output) {
    FsPermission found = output.getPermission();
    return new FsPermission(
        FsAction.ALL, ifWriting(found.getGroupAction()), ifWriting(found.getOtherAction()));
  }

  private static FsAction ifWriting(FsAction action) {
    return action.implies(FsAction.WRITE) ? action : FsAction.NONE;
  }
}
