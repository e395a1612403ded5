package io.spackle.jobs.output;

import io.spackle.jobs.output.MergedFiles.Merge;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;

/**
 * The content of the simulated file systems, and their clock. All instances show the same, that of
 * one history. Before and after each operation the history decides what else happens.
 */
final class SimulatedStore {

  private static final NavigableMap<String, Entry> ENTRIES = new TreeMap<>();
  private static final List<Late> LATE = new ArrayList<>();
  private static World world;
  private static long now;

  private SimulatedStore() {}

  /** What an operation does. */
  enum Kind {
    READ,
    LIST,
    STATUS,
    CREATE,
    /** A file gets its content. */
    CLOSE,
    /** An object appears if there is none of its name. */
    PUT,
    /** An object appears, in the place of one of its name if there is one. */
    REPLACE,
    RENAME,
    DELETE
  }

  /**
   * A request to a store.
   *
   * @param to the new name, or null
   * @param isConditional whether it is refused if the file has changed
   */
  record Operation(Kind kind, String path, String to, boolean isConditional) {

    static Operation of(Kind kind, String path) {
      return new Operation(kind, path, null, false);
    }

    static Operation rename(String from, String to) {
      return new Operation(Kind.RENAME, from, to, false);
    }

    boolean isChange() {
      return kind.compareTo(Kind.CREATE) >= 0;
    }

    /** Whether the file that it names, or renames to, is of some kind. */
    boolean touches(Predicate<String> file) {
      return file.test(path) || to != null && file.test(to);
    }

    @Override
    public String toString() {
      return kind + " " + path + (to == null ? "" : " to " + to);
    }
  }

  /** What surrounds each operation. */
  interface World {

    /**
     * @throws SimulatedCrash if the process ends
     * @throws IOException if the store refuses the operation
     */
    void before(Operation operation) throws IOException;

    /** Whose operations these are; null if that does not matter. */
    default SimulatedProcess process() {
      return null;
    }

    /**
     * Called when it is done, however late; not if it changed nothing.
     *
     * @param process whose operation it is
     */
    default void after(Operation operation, SimulatedProcess process) {}

    /** Whether an operation that is done has no answer. */
    default boolean losesAnswer(Operation operation) {
      return false;
    }

    /** How many milliseconds after its caller has given up an operation is done; 0 for not. */
    default long lateness(Operation operation) {
      return 0;
    }
  }

  /** A file, or a folder without content. */
  static final class Entry {
    final byte[] content;
    final long time;
    private List<MetaLines.Line> lines;
    private Merge merge;

    Entry(byte[] content, long time) {
      this.content = content;
      this.time = time;
    }

    static Entry folder() {
      return new Entry(null, now);
    }

    byte[] content() {
      return content;
    }

    long time() {
      return time;
    }

    boolean isFolder() {
      return content == null;
    }

    /** The meta rows of a file. */
    List<MetaLines.Line> lines() {
      if (lines == null) {
        lines = MetaLines.parsed(content);
      }
      return lines;
    }

    /** The merge that a file announces. */
    Merge merge() {
      if (merge == null) {
        try {
          merge = MergedFiles.parsed(content);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return merge;
    }
  }

  /** An operation. */
  interface Action<T> {
    T run() throws IOException;
  }

  /** An operation that is done after its caller has given up. */
  private record Late(long due, Operation operation, SimulatedProcess process, Action<?> action) {}

  /** Begins with an empty store. */
  static void reset(World with) {
    ENTRIES.clear();
    ENTRIES.put("/", new Entry(null, 0));
    LATE.clear();
    world = with;
    now = 1_000_000;
  }

  /** Milliseconds; each operation takes one. */
  static long now() {
    return now;
  }

  /** Lets time pass; what is late is done when it is due. */
  static void passUntil(long time) {
    List<Late> due =
        LATE.stream()
            .filter(late -> late.due() <= time)
            .sorted(Comparator.comparingLong(Late::due))
            .toList();
    LATE.removeAll(due);
    for (Late late : due) {
      now = Math.max(now, late.due());
      makeUp(late);
    }
    now = Math.max(now, time);
  }

  private static void makeUp(Late late) {
    try {
      late.action().run();
      world.after(late.operation(), late.process());
    } catch (IOException e) {
      // Its condition does not hold any more.
    }
  }

  static NavigableMap<String, Entry> entries() {
    return ENTRIES;
  }

  static void put(String key, byte[] content) {
    ENTRIES.put(key, new Entry(content, now));
  }

  /** The files below a folder, without any step. */
  static NavigableMap<String, Entry> below(String folder) {
    return ENTRIES.subMap(folder + "/", false, folder + "0", false);
  }

  /** Does an operation; what the history does meanwhile comes before or after it. */
  static <T> T step(Operation operation, Action<T> action) throws IOException {
    world.before(operation);
    passUntil(now + 1);
    long lateness = world.lateness(operation);
    if (lateness > 0) {
      LATE.add(new Late(now + lateness, operation, world.process(), action));
      throw new IOException("timeout of " + operation);
    }
    T result = action.run();
    if (!Boolean.FALSE.equals(result)) {
      world.after(operation, world.process());
    }
    if (world.losesAnswer(operation)) {
      throw new LostAnswerException();
    }
    return result;
  }

  /** The answer to an operation that is done is lost. */
  static final class LostAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    LostAnswerException() {
      super("the answer is lost");
    }
  }

  /**
   * A file without any step.
   *
   * @throws FileNotFoundException if there is none
   */
  static Entry file(String key) throws IOException {
    Entry entry = ENTRIES.get(key);
    if (entry == null || entry.isFolder()) {
      throw new FileNotFoundException(key);
    }
    return entry;
  }

  /** What takes the content of a file once it is complete. */
  interface Completion {
    void complete(byte[] content) throws IOException;
  }

  static FSDataOutputStream writing(Completion completion) {
    ByteArrayOutputStream content =
        new ByteArrayOutputStream() {
          private boolean isClosed;

          @Override
          public void close() throws IOException {
            if (!isClosed) {
              isClosed = true;
              completion.complete(toByteArray());
            }
          }
        };
    return new FSDataOutputStream(content, null);
  }

  static FSDataInputStream opened(byte[] content) {
    return new FSDataInputStream(new Bytes(content));
  }

  static String key(Path path) {
    return path.toUri().getPath();
  }

  static String parent(String key) {
    int slash = key.lastIndexOf('/');
    return slash <= 0 ? "/" : key.substring(0, slash);
  }

  private static final class Bytes extends FSInputStream {

    private final byte[] content;
    private ByteArrayInputStream rest;

    Bytes(byte[] content) {
      this.content = content;
      this.rest = new ByteArrayInputStream(content);
    }

    @Override
    public int read() {
      return rest.read();
    }

    @Override
    public void seek(long to) {
      rest = new ByteArrayInputStream(content, (int) to, content.length);
    }

    @Override
    public long getPos() {
      return (long) content.length - rest.available();
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }
  }
}
