package io.spackle.sink;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * File systems below Hadoop's checksums of local files, which would litter folders with a {@code
 * .crc} for each file.
 */
public final class RawFileSystem {

  private RawFileSystem() {}

  /** The file system that a path lies on. */
  public static FileSystem of(Path path, Configuration hadoop) throws IOException {
    FileSystem found = path.getFileSystem(hadoop);
    return found instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : found;
  }
}
