package io.spackle.jobs.output;

import static io.spackle.jobs.output.SimulatedStore.Kind.DELETE;
import static io.spackle.jobs.output.SimulatedStore.Kind.LIST;
import static io.spackle.jobs.output.SimulatedStore.Kind.PUT;
import static io.spackle.jobs.output.SimulatedStore.Kind.READ;
import static io.spackle.jobs.output.SimulatedStore.Kind.REPLACE;
import static io.spackle.jobs.output.SimulatedStore.Kind.STATUS;
import static io.spackle.jobs.output.SimulatedStore.below;
import static io.spackle.jobs.output.SimulatedStore.entries;
import static io.spackle.jobs.output.SimulatedStore.file;
import static io.spackle.jobs.output.SimulatedStore.key;
import static io.spackle.jobs.output.SimulatedStore.put;

import io.spackle.jobs.output.SimulatedStore.Action;
import io.spackle.jobs.output.SimulatedStore.Entry;
import io.spackle.jobs.output.SimulatedStore.Kind;
import io.spackle.jobs.output.SimulatedStore.LostAnswerException;
import io.spackle.jobs.output.SimulatedStore.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * An object store as S3A shows it, as {@code s3a://sim/}, in front of {@link SimulatedStore}: an
 * object appears when its stream is closed, if its condition holds; folders are what the names of
 * objects begin with, and are deleted object by object; nothing can be renamed. A request without
 * an answer is repeated, so that a condition may fail because of the first request.
 */
public final class SimulatedObjects extends FileSystem {

  static final URI ROOT = URI.create("s3a://sim/");

  private static final String IF_NONE_MATCH =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;
  private static final String IF_MATCH =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE_ETAG;

  /** An object's tag depends on its content only. */
  private static final class Tagged extends FileStatus implements EtagSource {
    private static final long serialVersionUID = 1L;

    private final String tag;

    Tagged(Entry entry, Path path) {
      super(entry.content().length, false, 1, 1, entry.time(), path);
      this.tag = tag(entry.content());
    }

    @Override
    public String getEtag() {
      return tag;
    }
  }

  private static String tag(byte[] content) {
    return Arrays.hashCode(content) + "-" + content.length;
  }

  private static <T> T step(Operation operation, Action<T> action) throws IOException {
    try {
      return SimulatedStore.step(operation, action);
    } catch (LostAnswerException e) {
      return SimulatedStore.step(operation, action);
    }
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) {
    return capability.equals(IF_NONE_MATCH) || capability.equals(IF_MATCH);
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    return SimulatedStore.opened(
        step(Operation.of(READ, key(path)), () -> file(key(path)).content()));
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
    if (!overwrite && exists(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    return stream(path, overwrite ? REPLACE : PUT, new Condition(false, null));
  }

  @Override
  public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
    return new Builder(this, path);
  }

  private static final class Builder
      extends FSDataOutputStreamBuilder<FSDataOutputStream, Builder> {

    private final Path path;

    Builder(FileSystem files, Path path) {
      super(files, path);
      this.path = path;
    }

    @Override
    public Builder getThisBuilder() {
      return this;
    }

    @Override
    public FSDataOutputStream build() {
      return stream(
          path,
          getFlags().contains(CreateFlag.OVERWRITE) ? REPLACE : PUT,
          new Condition(getOptions().getBoolean(IF_NONE_MATCH, false), getOptions().get(IF_MATCH)));
    }
  }

  /**
   * The condition of a request.
   *
   * @param isNew whether the object must not exist
   * @param tag that the object must have, or null
   */
  private record Condition(boolean isNew, String tag) {

    boolean isNone() {
      return !isNew && tag == null;
    }

    boolean holds(Entry current) {
      return !(isNew && current != null)
          && (tag == null
              || current != null && tag.equals(SimulatedObjects.tag(current.content())));
    }
  }

  private static FSDataOutputStream stream(Path path, Kind kind, Condition condition) {
    Operation upload = new Operation(kind, key(path), null, !condition.isNone());
    return SimulatedStore.writing(content -> upload(upload, content, condition));
  }

  private static void upload(Operation operation, byte[] content, Condition condition)
      throws IOException {
    String key = operation.path();
    step(
        operation,
        () -> {
          if (!condition.holds(entries().get(key))) {
            throw new FileAlreadyExistsException("precondition failed: " + key);
          }
          put(key, content);
          return true;
        });
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    String key = key(path);
    if (entries().containsKey(key)) {
      return step(Operation.of(DELETE, key), () -> entries().remove(key) != null);
    }
    List<String> objects = step(Operation.of(LIST, key), () -> List.copyOf(below(key).keySet()));
    for (String object : objects) {
      step(Operation.of(DELETE, object), () -> entries().remove(object) != null);
    }
    return !objects.isEmpty();
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return step(Operation.of(LIST, key(path)), () -> list(path));
  }

  private static FileStatus[] list(Path path) throws IOException {
    String key = key(path);
    List<FileStatus> found = new ArrayList<>();
    Set<String> folders = new TreeSet<>();
    below(key)
        .forEach(
            (name, entry) -> {
              String rest = name.substring(key.length() + 1);
              int slash = rest.indexOf('/');
              if (slash < 0) {
                found.add(new Tagged(entry, new Path(path, rest)));
              } else {
                folders.add(rest.substring(0, slash));
              }
            });
    folders.forEach(name -> found.add(folder(new Path(path, name))));
    if (found.isEmpty()) {
      throw new FileNotFoundException(key);
    }
    return found.toArray(FileStatus[]::new);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return step(Operation.of(STATUS, key(path)), () -> status(path));
  }

  private static FileStatus status(Path path) throws IOException {
    Entry entry = entries().get(key(path));
    if (entry != null && !entry.isFolder()) {
      return new Tagged(entry, path);
    }
    if (below(key(path)).isEmpty()) {
      throw new FileNotFoundException(path.toString());
    }
    return folder(path);
  }

  private static FileStatus folder(Path path) {
    return new FileStatus(0, true, 1, 1, 0, path);
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) {
    return true;
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException();
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
