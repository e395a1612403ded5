package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Kind;
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
          Kind kind = entry.isDirectory() ? Kind.FOLDER : Kind.FILE;
          return new Child(entry.getPath().getName(), entry.getPath().toString(), kind);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public void close() {}
    };
  }
}
