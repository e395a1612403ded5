package io.spackle.jobs.output;

import static io.spackle.jobs.output.SimulatedStore.Kind.CLOSE;
import static io.spackle.jobs.output.SimulatedStore.Kind.CREATE;
import static io.spackle.jobs.output.SimulatedStore.Kind.DELETE;
import static io.spackle.jobs.output.SimulatedStore.Kind.LIST;
import static io.spackle.jobs.output.SimulatedStore.Kind.READ;
import static io.spackle.jobs.output.SimulatedStore.Kind.STATUS;
import static io.spackle.jobs.output.SimulatedStore.entries;
import static io.spackle.jobs.output.SimulatedStore.file;
import static io.spackle.jobs.output.SimulatedStore.key;
import static io.spackle.jobs.output.SimulatedStore.parent;
import static io.spackle.jobs.output.SimulatedStore.put;
import static io.spackle.jobs.output.SimulatedStore.step;

import io.spackle.jobs.output.SimulatedStore.Entry;
import io.spackle.jobs.output.SimulatedStore.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system with the guarantees of HDFS, as {@code sim:///}, in front of {@link
 * SimulatedStore}.
 */
public final class SimulatedFiles extends FileSystem {

  static final URI ROOT = URI.create("sim:///");

  static Configuration configuration() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.sim.impl", SimulatedFiles.class.getName());
    hadoop.set("fs.AbstractFileSystem.sim.impl", Context.class.getName());
    return hadoop;
  }

  /** The same file system for callers of FileContext. */
  public static final class Context extends DelegateToFileSystem {

    /** Called by Hadoop. */
    public Context(URI uri, Configuration hadoop) throws IOException, URISyntaxException {
      super(ROOT, opened(hadoop), hadoop, "sim", false);
    }

    private static FileSystem opened(Configuration hadoop) throws IOException {
      FileSystem files = new SimulatedFiles();
      files.initialize(ROOT, hadoop);
      return files;
    }

    @Override
    public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
      step(Operation.rename(key(from), key(to)), () -> move(key(from), key(to), overwrite));
    }
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    byte[] content = step(Operation.of(READ, key(path)), () -> file(key(path)).content());
    return SimulatedStore.opened(content);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return step(
        Operation.of(CREATE, key(path)),
        () -> {
          makeFolders(parent(key(path)));
          return begin(key(path), overwrite);
        });
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path path,
      FsPermission permission,
      EnumSet<CreateFlag> flags,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return step(
        Operation.of(CREATE, key(path)),
        () -> begin(key(path), flags.contains(CreateFlag.OVERWRITE)));
  }

  private static FSDataOutputStream begin(String key, boolean overwrite) throws IOException {
    requireFolder(parent(key));
    Entry old = entries().get(key);
    if (old != null && (old.isFolder() || !overwrite)) {
      throw new FileAlreadyExistsException(key);
    }
    put(key, new byte[0]);
    return SimulatedStore.writing(content -> complete(key, content));
  }

  /** A crash may leave a part of the content. */
  private static void complete(String key, byte[] content) throws IOException {
    try {
      step(
          Operation.of(CLOSE, key),
          () -> {
            // As on HDFS, a file that is deleted meanwhile is not created again.
            if (entries().containsKey(key)) {
              put(key, content);
            }
            return true;
          });
    } catch (SimulatedCrash e) {
      if (e.isNew() && entries().containsKey(key)) {
        put(key, Arrays.copyOf(content, content.length / 2));
      }
      throw e;
    }
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    return step(
        Operation.rename(key(from), key(to)),
        () -> {
          if (!entries().containsKey(key(from)) || entries().containsKey(key(to))) {
            return false;
          }
          move(key(from), key(to), false);
          return true;
        });
  }

  private static Void move(String from, String to, boolean overwrite) throws IOException {
    requireFolder(parent(to));
    if (!entries().containsKey(from)) {
      throw new FileNotFoundException(from);
    }
    if (entries().containsKey(to) && !overwrite) {
      throw new FileAlreadyExistsException(to);
    }
    entries().put(to, entries().remove(from));
    for (String inner : List.copyOf(entries().tailMap(from + "/").keySet())) {
      if (!inner.startsWith(from + "/")) {
        break;
      }
      entries().put(to + inner.substring(from.length()), entries().remove(inner));
    }
    return null;
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return step(
        Operation.of(DELETE, key(path)),
        () -> {
          String key = key(path);
          entries().keySet().removeIf(entry -> entry.startsWith(key + "/"));
          return entries().remove(key) != null;
        });
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return step(
        Operation.of(LIST, key(path)),
        () -> {
          String key = key(path);
          if (!entries().containsKey(key)) {
            throw new FileNotFoundException(key);
          }
          return entries().tailMap(key + "/").keySet().stream()
              .takeWhile(entry -> entry.startsWith(key + "/"))
              .filter(entry -> parent(entry).equals(key))
              .map(SimulatedFiles::status)
              .toArray(FileStatus[]::new);
        });
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    return step(
        Operation.of(CREATE, key(path)),
        () -> {
          makeFolders(key(path));
          return true;
        });
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return step(
        Operation.of(STATUS, key(path)),
        () -> {
          if (!entries().containsKey(key(path))) {
            throw new FileNotFoundException(path.toString());
          }
          return status(key(path));
        });
  }

  private static FileStatus status(String key) {
    Entry entry = entries().get(key);
    long length = entry.isFolder() ? 0 : entry.content().length;
    return new FileStatus(length, entry.isFolder(), 1, 1, entry.time(), new Path(ROOT + key));
  }

  private static void makeFolders(String key) throws IOException {
    if (!entries().containsKey(key)) {
      makeFolders(parent(key));
      entries().put(key, Entry.folder());
    }
    requireFolder(key);
  }

  private static void requireFolder(String key) throws IOException {
    Entry entry = entries().get(key);
    if (entry == null) {
      throw new FileNotFoundException(key);
    }
    if (!entry.isFolder()) {
      throw new ParentNotDirectoryException(key);
    }
  }

  @Override
  public FSDataOutputStream append(Path path, int buffer, Progressable progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setWorkingDirectory(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getWorkingDirectory() {
    return new Path(ROOT);
  }
}
