package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.source.FileVersion;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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
        return child(paths.next());
      }

      @Override
      public void close() throws IOException {
        folder.close();
      }
    };
  }

  private static Child child(Path path) {
    String name = path.getFileName().toString();
    try {
      BasicFileAttributes entry = attributes(path, LinkOption.NOFOLLOW_LINKS);
      BasicFileAttributes target = entry.isSymbolicLink() ? attributes(path) : entry;
      if (target.isDirectory()) {
        return new Child(
            name, path.toString(), entry.isSymbolicLink() ? Kind.LINK : Kind.FOLDER, null);
      }
      return new Child(name, path.toString(), Kind.FILE, FileVersion.of(target));
    } catch (IOException e) { // a link to nothing, or a file that has disappeared
      return new Child(name, path.toString(), Kind.FILE, null);
    }
  }

  private static BasicFileAttributes attributes(Path path, LinkOption... options)
      throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, options);
  }
}
