package io.spackle.sink;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system, except that it asks the JDK for permissions and owners: without
 * Hadoop's native library, Hadoop starts a process to set the permissions of each new file ({@code
 * chmod}), and one to read those of each file that is listed ({@code ls}), of about 5 ms of CPU.
 */
final class LocalFiles extends RawLocalFileSystem {

  /** From the highest bit of a mode to the lowest, which is also the order of the constants. */
  private static final PosixFilePermission[] BITS = PosixFilePermission.values();

  private final boolean isPosix;

  private LocalFiles(boolean isPosix) {
    this.isPosix = isPosix;
  }

  static LocalFiles of(Configuration hadoop) throws IOException {
    Set<String> views = FileSystems.getDefault().supportedFileAttributeViews();
    LocalFiles files = new LocalFiles(views.contains("posix"));
    files.initialize(URI.create("file:///"), hadoop);
    return files;
  }

  @Override
  public void setPermission(Path path, FsPermission permission) throws IOException {
    if (!isPosix || permission.getStickyBit()) {
      super.setPermission(path, permission); // the JDK knows no sticky bit
      return;
    }
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < BITS.length; i++) {
      if ((permission.toShort() & bit(i)) != 0) {
        set.add(BITS[i]);
      }
    }
    Files.setPosixFilePermissions(pathToFile(path).toPath(), set);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return isPosix ? status(path) : super.getFileStatus(path);
  }

  private FileStatus status(Path path) throws IOException {
    File named = pathToFile(path);
    PosixFileAttributes file;
    try {
      file = Files.readAttributes(named.toPath(), PosixFileAttributes.class);
    } catch (FileSystemException e) {
      throw (FileNotFoundException)
          new FileNotFoundException("File " + path + " does not exist").initCause(e);
    }
    return new FileStatus(
        file.size(),
        file.isDirectory(),
        1,
        getDefaultBlockSize(path),
        file.lastModifiedTime().toMillis(),
        file.lastAccessTime().toMillis(),
        permission(file.permissions()),
        file.owner().getName(),
        file.group().getName(),
        new Path(named.getPath()).makeQualified(getUri(), getWorkingDirectory()));
  }

  private static FsPermission permission(Set<PosixFilePermission> set) {
    int mode = 0;
    for (int i = 0; i < BITS.length; i++) {
      mode |= set.contains(BITS[i]) ? bit(i) : 0;
    }
    return new FsPermission((short) mode);
  }

  private static int bit(int index) {
    return 1 << (BITS.length - 1 - index);
  }
}
