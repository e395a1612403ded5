package io.spackle.jobs.files;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;

/** The local file system as {@code locked:///}; folders named "locked" cannot be listed. */
public final class LockedFileSystem extends RawLocalFileSystem {

  private static final URI ROOT = URI.create("locked:///");

  /** Registers the scheme of this file system. */
  public static void register(Configuration hadoop) {
    hadoop.set("fs.locked.impl", LockedFileSystem.class.getName());
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  protected void checkPath(Path path) {}

  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    if (folder.getName().equals("locked")) {
      throw new AccessControlException("Permission denied");
    }
    return super.listStatus(folder);
  }
}
