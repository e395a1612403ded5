package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.source.FileVersion;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The record of the manifest files whose rows an output has: which they were, and in which order
 * they came.
 *
 * <p>Each batch adds one numbered file of JSON lines to a hidden folder. When there are many, they
 * are merged into one, and what is of no use any more is left out. An instance remembers what it
 * has read, so that a further look costs one listing.
 */
public final class TakenFiles {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENDING = ".jsonl";

  /** Number of files at which they are merged. */
  static final int MOST = 50;

  private final AtomicFiles files;
  private final Path folder;
  private final NavigableMap<String, List<Taken>> parts = new TreeMap<>();

  /**
   * A file in a state in which all of its rows were processed.
   *
   * @param location without secrets
   * @param version as of {@link FileVersion}
   * @param again whether a further run would process rows of its batch again
   */
  public record Taken(String location, String version, boolean again) {

    private static Taken of(JsonNode line) {
      return new Taken(
          line.path("file").asText(),
          line.path("version").asText(),
          line.path("again").asBoolean());
    }

    private String line() {
      ObjectNode line = JSON.createObjectNode();
      line.put("file", location).put("version", version).put("again", again);
      return line + "\n";
    }
  }

  private TakenFiles(AtomicFiles files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /** The record of an output, whether it has one or not. */
  public static TakenFiles of(OutputFolder output, Configuration hadoop) {
    try {
      return new TakenFiles(AtomicFiles.of(output.root(), hadoop), folder(output.root()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Not below the meta files, where hidden files and folders are those of runs. */
  static Path folder(Path output) {
    return new Path(output, AtomicFiles.HIDDEN + "taken");
  }

  /** What is recorded now, by location, in the order in which files first had their state. */
  public Map<String, Taken> read() throws IOException {
    NavigableSet<String> names = names();
    parts.keySet().retainAll(names);
    for (String name : names) {
      if (!parts.containsKey(name)) {
        parts.put(name, lines(files.read(new Path(folder, name))));
      }
    }
    Map<String, Taken> all = new LinkedHashMap<>();
    for (List<Taken> part : parts.values()) {
      put(part, all);
    }
    return all;
  }

  /** Whether the record is still what was read last. */
  public boolean isCurrent() throws IOException {
    return names().equals(parts.keySet());
  }

  /**
   * Adds a batch.
   *
   * @param isGone whether a location need not be remembered any more
   * @param run that holds the lease
   */
  public void add(List<Taken> batch, Predicate<String> isGone, RunFiles run) throws IOException {
    NavigableSet<String> names = names();
    int last = names.isEmpty() ? 0 : Integer.parseInt(names.last().replace(ENDING, ""));
    Path next = new Path(folder, "%08d%s".formatted(last + 1, ENDING));
    files.makeFolder(folder);
    if (names.size() < MOST) {
      run.write(next, bytes(batch));
      return;
    }
    Map<String, Taken> all = read();
    all.keySet().removeIf(isGone);
    put(batch, all);
    run.write(next, bytes(all.values()));
    for (String name : names.descendingSet()) { // if this ends early, those left are the first ones
      run.delete(new Path(folder, name));
    }
  }

  /** A file that was taken again keeps its place, unless it had changed. */
  private static void put(List<Taken> batch, Map<String, Taken> all) {
    for (Taken file : batch) {
      Taken known = all.get(file.location());
      if (known != null && FileVersion.isChanged(known.version(), file.version())) {
        all.remove(file.location());
      }
      all.put(file.location(), file);
    }
  }

  private NavigableSet<String> names() throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    FileSystem system = files.system();
    try {
      for (FileStatus file : system.listStatus(folder)) {
        String name = file.getPath().getName();
        if (name.matches("\\d+\\" + ENDING)) {
          names.add(name);
        }
      }
    } catch (FileNotFoundException e) {
      names.clear(); // nothing is recorded
    }
    return names;
  }

  private static byte[] bytes(Collection<Taken> files) {
    StringBuilder lines = new StringBuilder();
    files.forEach(file -> lines.append(file.line()));
    return lines.toString().getBytes(UTF_8);
  }

  private static List<Taken> lines(byte[] bytes) throws IOException {
    List<Taken> files = new ArrayList<>();
    for (String line : new String(bytes, UTF_8).lines().toList()) {
      files.add(Taken.of(JSON.readTree(line)));
    }
    return files;
  }
}
