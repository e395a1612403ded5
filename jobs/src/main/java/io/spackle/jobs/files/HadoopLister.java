package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.source.FileVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Folders of a Hadoop file system, page by page where that has pages. */
record HadoopLister(Configuration hadoop) implements FolderLister {

  @Override
  public Children open(String location) throws IOException {
    Path folder = new Path(location);
    RemoteIterator<FileStatus> entries = folder.getFileSystem(hadoop).listStatusIterator(folder);
    return new Children() {
      @Override
      public boolean hasNext() {
        try {
          return entries.hasNext();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public Child next() {
        try {
          FileStatus entry = entries.next();
          Path path = entry.getPath();
          return entry.isDirectory()
              ? new Child(path.getName(), path.toString(), Kind.FOLDER, null)
              : new Child(path.getName(), path.toString(), Kind.FILE, FileVersion.of(entry));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public void close() {}
    };
  }
}
