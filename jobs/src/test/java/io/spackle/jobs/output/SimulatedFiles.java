package io.spackle.jobs.output;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system in memory with the guarantees of HDFS, as {@code sim:///}. All instances show the
 * same files. Before and after each operation a test may do what other processes do meanwhile.
 */
public final class SimulatedFiles extends FileSystem {

  static final URI ROOT = URI.create("sim:///");

  /** What surrounds each operation. */
  interface Steps {
    void before(String operation) throws IOException;

    /**
     * @param isDone whether the operation did what it was asked for
     */
    void after(String operation, boolean isDone) throws IOException;
  }

  private record Entry(byte[] content, long time) {
    boolean isFolder() {
      return content == null;
    }
  }

  private static final NavigableMap<String, Entry> ENTRIES = new TreeMap<>();
  private static Steps steps;
  private static long now;

  /** Begins with an empty file system. */
  static void reset(Steps with) {
    ENTRIES.clear();
    ENTRIES.put("/", new Entry(null, 0));
    steps = with;
    now = 1_000_000;
  }

  static Configuration configuration() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.sim.impl", SimulatedFiles.class.getName());
    hadoop.set("fs.AbstractFileSystem.sim.impl", Context.class.getName());
    return hadoop;
  }

  /** Milliseconds; each operation takes one. */
  static long now() {
    return now;
  }

  static void pass(long millis) {
    now += millis;
  }

  /** The files below a folder, without any step. */
  static List<String> list(String folder) {
    return ENTRIES.tailMap(folder + "/").entrySet().stream()
        .takeWhile(entry -> entry.getKey().startsWith(folder + "/"))
        .filter(entry -> !entry.getValue().isFolder())
        .map(entry -> entry.getKey().substring(folder.length() + 1))
        .toList();
  }

  /** The content of a file without any step, or null. */
  static byte[] content(String file) {
    Entry entry = ENTRIES.get(file);
    return entry == null ? null : entry.content();
  }

  /** Makes a folder in place of whatever is there, without any step. */
  static void makeFolder(String folder) {
    ENTRIES.put(folder, new Entry(null, now));
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
      step("rename " + from + " " + to, () -> move(key(from), key(to), overwrite));
    }
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  private static <T> T step(String name, Operation<T> operation) throws IOException {
    steps.before(name);
    now++;
    T result = operation.run();
    steps.after(name, !Boolean.FALSE.equals(result));
    return result;
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    byte[] content = step("open " + path, () -> file(key(path)).content());
    return new FSDataInputStream(new Bytes(content));
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
        "create " + path,
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
    return step("create " + path, () -> begin(key(path), flags.contains(CreateFlag.OVERWRITE)));
  }

  private static FSDataOutputStream begin(String key, boolean overwrite) throws IOException {
    requireFolder(parent(key));
    Entry old = ENTRIES.get(key);
    if (old != null && (old.isFolder() || !overwrite)) {
      throw new FileAlreadyExistsException(key);
    }
    ENTRIES.put(key, new Entry(new byte[0], now));
    ByteArrayOutputStream content =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            // As on HDFS, a file that is deleted meanwhile is not created again.
            if (ENTRIES.containsKey(key)) {
              ENTRIES.put(key, new Entry(toByteArray(), now));
            }
          }
        };
    return new FSDataOutputStream(content, null);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    return step(
        "rename " + from + " " + to,
        () -> {
          if (!ENTRIES.containsKey(key(from)) || ENTRIES.containsKey(key(to))) {
            return false;
          }
          move(key(from), key(to), false);
          return true;
        });
  }

  private static Void move(String from, String to, boolean overwrite) throws IOException {
    requireFolder(parent(to));
    if (!ENTRIES.containsKey(from)) {
      throw new FileNotFoundException(from);
    }
    if (ENTRIES.containsKey(to) && !overwrite) {
      throw new FileAlreadyExistsException(to);
    }
    ENTRIES.put(to, ENTRIES.remove(from));
    for (String inner : List.copyOf(ENTRIES.tailMap(from + "/").keySet())) {
      if (!inner.startsWith(from + "/")) {
        break;
      }
      ENTRIES.put(to + inner.substring(from.length()), ENTRIES.remove(inner));
    }
    return null;
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return step(
        "delete " + path,
        () -> {
          String key = key(path);
          ENTRIES.keySet().removeIf(entry -> entry.startsWith(key + "/"));
          return ENTRIES.remove(key) != null;
        });
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return step(
        "list " + path,
        () -> {
          String key = key(path);
          if (!ENTRIES.containsKey(key)) {
            throw new FileNotFoundException(key);
          }
          return ENTRIES.tailMap(key + "/").keySet().stream()
              .takeWhile(entry -> entry.startsWith(key + "/"))
              .filter(entry -> parent(entry).equals(key))
              .map(SimulatedFiles::status)
              .toArray(FileStatus[]::new);
        });
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    return step(
        "mkdirs " + path,
        () -> {
          makeFolders(key(path));
          return true;
        });
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return step(
        "status " + path,
        () -> {
          if (!ENTRIES.containsKey(key(path))) {
            throw new FileNotFoundException(path.toString());
          }
          return status(key(path));
        });
  }

  private static FileStatus status(String key) {
    Entry entry = ENTRIES.get(key);
    long length = entry.isFolder() ? 0 : entry.content().length;
    return new FileStatus(length, entry.isFolder(), 1, 1, entry.time(), new Path(ROOT + key));
  }

  private static Entry file(String key) throws IOException {
    Entry entry = ENTRIES.get(key);
    if (entry == null || entry.isFolder()) {
      throw new FileNotFoundException(key);
    }
    return entry;
  }

  private static void makeFolders(String key) throws IOException {
    if (!ENTRIES.containsKey(key)) {
      makeFolders(parent(key));
      ENTRIES.put(key, new Entry(null, now));
    }
    requireFolder(key);
  }

  private static void requireFolder(String key) throws IOException {
    Entry entry = ENTRIES.get(key);
    if (entry == null) {
      throw new FileNotFoundException(key);
    }
    if (!entry.isFolder()) {
      throw new ParentNotDirectoryException(key);
    }
  }

  private static String key(Path path) {
    return path.toUri().getPath();
  }

  private static String parent(String key) {
    int slash = key.lastIndexOf('/');
    return slash <= 0 ? "/" : key.substring(0, slash);
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

  private static final class Bytes extends FSInputStream {

    private final byte[] content;
    private int position;

    Bytes(byte[] content) {
      this.content = content;
    }

    @Override
    public int read() {
      return position == content.length ? -1 : content[position++] & 0xff;
    }

    @Override
    public void seek(long to) {
      position = (int) to;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }
  }
}
