package io.spackle.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.graph.CpuLayout;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The file in a prepared model folder that tells what it was made from.
 *
 * <p>A prepared folder has the digests of the files that it was made from: it generates the same
 * images, so that its rows have the same keys. If one of its files is changed later, its digests
 * are those of its own files.
 *
 * @param onnxRuntime the version that optimised the graphs
 * @param device that the graphs are optimised for; null if they are not, so that any may run them
 * @param layout a digest of the {@link CpuLayout layout} that is saved with the graphs; null if it
 *     is chosen when they are opened
 * @param original the digests of the files that the folder was made from, by path
 * @param prepared those of the folder's files when it was made
 */
record PreparedMark(
    String onnxRuntime,
    Device.Kind device,
    String layout,
    SortedMap<String, String> original,
    SortedMap<String, String> prepared) {

  static final String FILE = "prepared.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The mark of a folder, if it has one.
   *
   * @throws InvalidModelException if the file is damaged
   */
  static Optional<PreparedMark> of(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), PreparedMark.class));
    } catch (IOException e) {
      throw new InvalidModelException(
          folder.toString(),
          List.of(FILE + ": damaged, prepare the model again: " + e.getMessage()));
    }
  }

  static String layoutOfThisCpu() {
    return Digests.sha256(CpuLayout.sample());
  }

  void write(Path folder) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve(FILE).toFile(), this);
  }

  /**
   * The digests that count for some components of the folder.
   *
   * @param found the digests of the components' files
   */
  SortedMap<String, String> digests(SortedMap<String, String> found) {
    boolean isUnchanged =
        found.entrySet().stream()
            .allMatch(file -> file.getValue().equals(prepared.get(file.getKey())));
    if (!isUnchanged) {
      return found;
    }
    Set<String> components =
        found.keySet().stream().map(PreparedMark::component).collect(Collectors.toSet());
    SortedMap<String, String> counted = new TreeMap<>(original);
    counted.keySet().removeIf(file -> !components.contains(component(file)));
    return Collections.unmodifiableSortedMap(counted);
  }

  /** The component of a file, "" for one of the folder itself. */
  private static String component(String file) {
    return file.substring(0, Math.max(0, file.indexOf('/')));
  }

  @Override
  public String toString() {
    return device == null
        ? "for any device"
        : "by ONNX Runtime %s for %s"
            .formatted(onnxRuntime, layout == null ? device : "CPUs with this layout: " + layout);
  }

  /**
   * Rejects a device that the graphs are not prepared for: it may lack their operators, or read
   * their weights in another order.
   *
   * @throws InvalidModelException if it is one
   */
  void require(Device.Kind used, Path folder) {
    if (device != null && device != used) {
      throw new InvalidModelException(
          folder.toString(),
          List.of(
              "is prepared for %s, and run on %s: prepare the model for that device, or run it unprepared"
                  .formatted(device, used)));
    }
    if (layout != null && !layout.equals(layoutOfThisCpu())) {
      throw new InvalidModelException(
          folder.toString(),
          List.of(
              "is prepared for CPUs that arrange convolutions as the one where it was prepared, and"
                  + " this one does not: prepare the model here, or without --this-cpu"));
    }
  }
}
