package io.spackle.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.onnx.OnnxHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * The checked components of a model folder: each a subfolder with a graph, a configuration, or
 * both.
 *
 * <p>Opening it loads no graph. Returned JSON nodes are shared and must not be modified.
 */
public final class ModelFolder {

  /** A name on the Hugging Face Hub; other values are local paths. */
  private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9][\\w.-]*(/[\\w.-]+)?");

  private final Path root;
  private final String graphName;
  private final Map<String, JsonNode> configs;
  private final List<Path> contents;
  private final Optional<PreparedMark> prepared;
  private Map<String, String> digests;

  private ModelFolder(Path root, BundleCheck checked) {
    this.root = root;
    this.graphName = checked.graphName;
    this.configs = Map.copyOf(checked.configs);
    this.contents = List.copyOf(checked.contents);
    this.prepared = PreparedMark.of(root);
  }

  /**
   * Opens components of a folder and performs all checks that load no graph.
   *
   * @param components names of subfolders, or {@link ModelBundle#ROOT}; they may be absent
   * @throws InvalidModelException with all problems
   */
  public static ModelFolder open(Path folder, List<String> components) {
    return of(folder, BundleCheck.of(folder, components));
  }

  /**
   * Opens a folder that holds one graph, of any name, beside its configuration; of several graphs
   * {@code model.onnx} counts. The graph is that of {@link ModelBundle#ROOT}.
   *
   * @throws InvalidModelException with all problems
   */
  public static ModelFolder openGraph(Path folder) {
    return of(folder, BundleCheck.ofGraph(folder));
  }

  static ModelFolder of(Path folder, BundleCheck checked) {
    if (!checked.problems.isEmpty()) {
      throw new InvalidModelException(folder.toString(), checked.problems);
    }
    return new ModelFolder(folder, checked);
  }

  /** The name of the folder. */
  public String name() {
    return root.toAbsolutePath().normalize().getFileName().toString();
  }

  /** The name of a component's model on the Hugging Face Hub, if its configuration has one. */
  public Optional<String> hubName(String component) {
    return config(component).flatMap(ModelFolder::hubName);
  }

  static Optional<String> hubName(JsonNode config) {
    return Optional.of(config.path("_name_or_path").asText())
        .filter(name -> HUB_NAME.matcher(name).matches());
  }

  /** Whether a component has a graph. */
  public boolean has(String component) {
    return Files.isRegularFile(graphPath(component));
  }

  /** The first of a component's configuration files, such as {@code config.json}. */
  public Optional<JsonNode> config(String component) {
    return BundleCheck.CONFIG_FILES.stream()
        .flatMap(file -> json(component, file).stream())
        .findFirst();
  }

  /** One configuration file of a component. */
  public Optional<JsonNode> json(String component, String file) {
    return Optional.ofNullable(configs.get(component.isEmpty() ? file : component + "/" + file));
  }

  /**
   * One configuration file of a component that must be there.
   *
   * @param problems receives one if it is not; then the result has no values
   */
  public JsonNode required(String component, String file, List<String> problems) {
    return json(component, file)
        .orElseGet(
            () -> {
              problems.add(file + ": not found: copy it from the exported model");
              return MissingNode.getInstance();
            });
  }

  /** The folder of a component, whether it exists or not. */
  public Path folder(String component) {
    return root.resolve(component);
  }

  /**
   * The graph file of a component.
   *
   * @param device that is to run it
   * @throws InvalidModelException if there is none, or the folder is prepared for another device
   */
  public Path graph(String component, Device device) {
    require(List.of(component));
    prepared.ifPresent(mark -> mark.require(device.kind(), root));
    return graphPath(component);
  }

  /**
   * The declared inputs and outputs of a component's graph, read without loading it.
   *
   * @throws InvalidModelException if the graph is missing, or declares an unsupported type
   */
  public OnnxHeader header(String component) {
    require(List.of(component));
    Path file = graphPath(component);
    try {
      return OnnxHeader.read(file);
    } catch (IOException e) {
      throw invalid(List.of(root.relativize(file) + ": " + e.getMessage()));
    }
  }

  /**
   * Checks that components have graphs.
   *
   * @throws InvalidModelException naming each missing graph
   */
  public void require(List<String> components) {
    reject(components.stream().filter(component -> !has(component)).map(this::missing).toList());
  }

  /** By what, and for which device, a prepared folder was made. */
  Optional<String> preparation() {
    return prepared.map(PreparedMark::toString);
  }

  /** The device that a prepared folder is optimised for. */
  Optional<Device.Kind> preparedFor() {
    return prepared.map(PreparedMark::device);
  }

  /**
   * Rejects this folder if there are problems.
   *
   * @throws InvalidModelException with all of them
   */
  public void reject(List<String> problems) {
    if (!problems.isEmpty()) {
      throw invalid(problems);
    }
  }

  /** An exception for this folder. */
  public InvalidModelException invalid(List<String> problems) {
    return new InvalidModelException(root.toString(), problems);
  }

  /**
   * A SHA-256 of the content, in hex: the digest of the output of {@code sha256sum} for the files
   * of {@link #digests}. The first call reads each file that this process has not read.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public String digest() {
    return Digests.ofListing(digests());
  }

  /**
   * The SHA-256 of each relevant file (JSON, tokenizer text, graphs and their external tensors), in
   * hex, by its path in the folder with slashes, sorted; for a prepared folder, of the files that
   * it was made from. The first call reads each file that this process has not read.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public synchronized Map<String, String> digests() {
    if (digests == null) {
      SortedMap<String, String> found = Digests.sha256(root, contents);
      digests = prepared.map(mark -> mark.digests(found)).orElse(found);
    }
    return digests;
  }

  private Path graphPath(String component) {
    return folder(component).resolve(component.isEmpty() ? graphName : BundleCheck.GRAPH);
  }

  /**
   * The problem of a missing graph; it lists what the folder contains, often unexported weights.
   */
  private String missing(String component) {
    Path folder = folder(component);
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      BundleCheck.list(folder).forEach(file -> found.add(file.getFileName().toString()));
    }
    return root.relativize(graphPath(component)).toString().replace('\\', '/')
        + ": not found, the folder contains "
        + found
        + ": export the model with 'optimum-cli export onnx'";
  }
}
