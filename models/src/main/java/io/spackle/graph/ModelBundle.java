package io.spackle.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A model folder in Optimum's ONNX layout, checked: {@code model_index.json}, and one folder for each component.
 *
 * <p>Opening it loads no graph. The JSON nodes that it returns are shared: read them only.
 */
public final class ModelBundle {

  /** The configuration files that components have, whichever is there. */
  private static final List<String> CONFIG_FILES =
      List.of("config.json", "scheduler_config.json", "preprocessor_config.json");

  private static final String INDEX = "model_index.json";
  private static final String GRAPH = "model.onnx";
  private static final String EXPECTED =
      "expected a folder with model_index.json and one folder for each component, as 'optimum-cli export onnx' writes it";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final JsonNode index;
  private final Map<String, JsonNode> configs;
  private final List<Path> contents;
  private SortedMap<String, String> digests;

  private ModelBundle(
      Path root, JsonNode index, Map<String, JsonNode> configs, List<Path> contents) {
    this.root = root;
    this.index = index;
    this.configs = Collections.unmodifiableMap(configs);
    this.contents = List.copyOf(contents);
  }

  /**
   * Opens a folder and checks everything in it that can be checked without loading a graph.
   *
   * @throws BundleException with all problems: files that are missing, unreadable or git-lfs pointers, and graphs whose
   *     external tensors are missing or lie outside their folder
   */
  public static ModelBundle open(Path folder) {
    List<String> problems = new ArrayList<>();
    List<Path> contents = new ArrayList<>();
    Map<String, JsonNode> configs = new LinkedHashMap<>();
    JsonNode index = null;
    List<Path> components = components(folder, problems);
    if (problems.isEmpty()) {
      index = index(folder, problems, contents);
      for (Path component : components) {
        checkComponent(folder, component, configs, contents, problems);
      }
      if (!configs.containsKey("scheduler")) {
        problems.add("scheduler/scheduler_config.json: not found: copy it from the original model");
      }
    }
    if (!problems.isEmpty()) {
      throw new BundleException(folder.toString(), problems);
    }
    return new ModelBundle(folder, index, configs, contents);
  }

  /** The folder's own name. */
  public String name() {
    return root.toAbsolutePath().normalize().getFileName().toString();
  }

  /** The pipeline that the model was made for, such as StableDiffusionInpaintPipeline. */
  public String className() {
    return index.get("_class_name").asText();
  }

  /** {@code model_index.json}: the class name, flags such as force_zeros_for_empty_prompt, and the components. */
  public JsonNode index() {
    return index;
  }

  /** Whether there is a graph of this component. */
  public boolean has(String component) {
    return Files.isRegularFile(graphPath(component));
  }

  /** A component's {@code config.json} (or scheduler_config.json, preprocessor_config.json); legacy folders have none. */
  public Optional<JsonNode> config(String component) {
    return Optional.ofNullable(configs.get(component));
  }

  /** {@code scheduler/scheduler_config.json}, which every bundle has. */
  public JsonNode schedulerConfig() {
    return configs.get("scheduler");
  }

  /** The folder of a component, whether it exists or not. */
  public Path folder(String component) {
    return root.resolve(component);
  }

  /**
   * The graph file of a component.
   *
   * @throws BundleException if there is none
   */
  public Path graph(String component) {
    require(List.of(component));
    return graphPath(component);
  }

  /**
   * Refuses a bundle that lacks graphs.
   *
   * @param components whose graphs a family needs
   * @throws BundleException naming each that is missing
   */
  public void require(List<String> components) {
    List<String> problems =
        components.stream()
            .filter(component -> !has(component))
            .map(component -> component + "/" + GRAPH + ": not found" + insteadOf(component))
            .toList();
    if (!problems.isEmpty()) {
      throw new BundleException(root.toString(), problems);
    }
  }

  /**
   * A SHA-256 of the content, in hex: the digest of the lines that {@code sha256sum} prints for the files of {@link
   * #digests}. Reads every byte when first called.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public String digest() {
    StringBuilder lines = new StringBuilder();
    digests().forEach((file, hex) -> lines.append(hex).append("  ").append(file).append('\n'));
    return Digests.sha256(lines.toString());
  }

  /**
   * The SHA-256 of each file that counts (JSON, tokenizer text, graphs and their external tensors), in hex, by its path in
   * the bundle with slashes, sorted. Reads every byte when first called.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public synchronized Map<String, String> digests() {
    if (digests == null) {
      digests = Digests.sha256(root, contents);
    }
    return digests;
  }

  private Path graphPath(String component) {
    return folder(component).resolve(GRAPH);
  }

  /** What a missing graph may have been left as. */
  private String insteadOf(String component) {
    Path folder = folder(component);
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      for (Path file : list(folder)) {
        found.add(file.getFileName().toString());
      }
    }
    return (found.isEmpty() ? "" : " (the folder holds " + found + ")")
        + ": export the model with 'optimum-cli export onnx'";
  }

  private static List<Path> components(Path folder, List<String> problems) {
    if (!Files.exists(folder)) {
      problems.add("not found, " + EXPECTED);
    } else if (!Files.isDirectory(folder)) {
      problems.add("is a file, " + EXPECTED);
    } else if (list(folder).isEmpty()) {
      problems.add("is empty, " + EXPECTED);
    } else {
      return list(folder).stream().filter(Files::isDirectory).toList();
    }
    return List.of();
  }

  private static JsonNode index(Path folder, List<String> problems, List<Path> contents) {
    Path file = folder.resolve(INDEX);
    if (!Files.isRegularFile(file)) {
      problems.add(INDEX + ": not found, " + EXPECTED);
      return null;
    }
    contents.add(file);
    JsonNode index = json(file, INDEX, problems);
    if (index != null && !index.path("_class_name").isTextual()) {
      problems.add(INDEX + ": has no _class_name, expected the name of a pipeline of diffusers");
    }
    return index;
  }

  private static void checkComponent(
      Path root,
      Path component,
      Map<String, JsonNode> configs,
      List<Path> contents,
      List<String> problems) {
    for (Path file : list(component)) {
      String fileName = file.getFileName().toString();
      String path = component.getFileName() + "/" + fileName;
      if (CONFIG_FILES.contains(fileName)) {
        JsonNode config = json(file, path, problems);
        if (config != null) {
          configs.put(component.getFileName().toString(), config);
        }
      }
      if (fileName.equals(GRAPH)) {
        GraphFile graph = GraphFile.check(file, path);
        problems.addAll(graph.problems());
        contents.addAll(graph.external());
      }
      if (fileName.equals(GRAPH) || fileName.endsWith(".json") || fileName.endsWith(".txt")) {
        contents.add(file);
      }
    }
  }

  private static JsonNode json(Path file, String name, List<String> problems) {
    try {
      if (GraphFile.isGitLfsPointer(file)) {
        problems.add(name + ": is a git-lfs pointer, expected JSON: run 'git lfs pull'");
        return null;
      }
      JsonNode json = JSON.readTree(file.toFile());
      if (json.isObject()) {
        return json;
      }
      problems.add(name + ": holds no JSON object: copy it again");
    } catch (IOException e) {
      problems.add(name + ": expected JSON, copy it again: " + e.getMessage());
    }
    return null;
  }

  /** What a folder holds, sorted, but for hidden entries. */
  private static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new BundleException(folder.toString(), List.of("cannot be listed: " + e));
    }
  }
}
