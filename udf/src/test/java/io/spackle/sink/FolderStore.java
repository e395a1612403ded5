package io.spackle.sink;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A file system with the scheme of an object store that writes to local folders. */
public final class FolderStore extends RawLocalFileSystem {

  static final URI URI_OF_STORE = URI.create("s3a://bucket");

  @Override
  public URI getUri() {
    return URI_OF_STORE;
  }
}
