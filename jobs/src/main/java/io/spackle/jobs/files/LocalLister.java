package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Kind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;

/** Folders of this machine's file system, in which links are told from what they lead to. */
final class LocalLister implements FolderLister {

  @Override
  @SuppressWarnings("StreamResourceLeak") // closed with the children
  public Children open(String location) throws IOException {
    DirectoryStream<Path> folder = Files.newDirectoryStream(Path.of(location));
    Iterator<Path> paths = folder.iterator();
    return new Children() {
      @Override
      public boolean hasNext() {
        return paths.hasNext();
      }

      @Override
      public Child next() {
        Path path = paths.next();
        return new Child(path.getFileName().toString(), path.toString(), kind(path));
      }

      @Override
      public void close() throws IOException {
        folder.close();
      }
    };
  }

  private static Kind kind(Path path) {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return Kind.FOLDER;
    }
    return Files.isDirectory(path) ? Kind.LINK : Kind.FILE;
  }
}
