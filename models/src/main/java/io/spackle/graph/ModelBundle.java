package io.spackle.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model folder, checked: Optimum's ONNX layout, with {@code model_index.json} and one folder for
 * each component, or one {@code model.onnx} with {@code erase.json} beside it.
 *
 * <p>Opening it loads no graph. The JSON nodes that it returns are shared: read them only.
 */
public final class ModelBundle {

  /** The component of a model that is one graph: the folder itself. */
  public static final String ROOT = "";

  private final Path root;
  private final JsonNode index;
  private final Map<String, JsonNode> configs;
  private final List<Path> contents;
  private final OptionalInt textLength;
  private final PromptSyntax promptSyntax;
  private Map<String, String> digests;

  private ModelBundle(
      Path root,
      JsonNode index,
      Map<String, JsonNode> configs,
      List<Path> contents,
      OptionalInt textLength,
      PromptSyntax promptSyntax) {
    this.root = root;
    this.index = index;
    this.configs = Map.copyOf(configs);
    this.contents = List.copyOf(contents);
    this.textLength = textLength;
    this.promptSyntax = promptSyntax;
  }

  /**
   * Opens a folder and checks everything in it that can be checked without loading a graph.
   *
   * @throws BundleException with all problems: files that are missing, unreadable or git-lfs
   *     pointers, and graphs whose external tensors are missing or lie outside their folder
   */
  public static ModelBundle open(Path folder) {
    BundleCheck checked = BundleCheck.of(folder);
    if (!checked.problems.isEmpty()) {
      throw new BundleException(folder.toString(), checked.problems);
    }
    return new ModelBundle(
        folder,
        checked.index,
        checked.configs,
        checked.contents,
        OptionalInt.empty(),
        BundleOptions.NONE.promptSyntax());
  }

  /** The folder's own name. */
  public String name() {
    return root.toAbsolutePath().normalize().getFileName().toString();
  }

  /**
   * The pipeline that the model was made for, such as StableDiffusionInpaintPipeline; none where it
   * is one graph.
   */
  public Optional<String> className() {
    return Optional.ofNullable(index.path("_class_name").textValue());
  }

  /**
   * {@code model_index.json}: the class name, flags such as force_zeros_for_empty_prompt, and the
   * components; missing where the model is one graph.
   */
  public JsonNode index() {
    return index;
  }

  /** Whether there is a graph of this component. */
  public boolean has(String component) {
    return Files.isRegularFile(graphPath(component));
  }

  /**
   * A component's {@code config.json} (or scheduler_config.json, preprocessor_config.json), and the
   * {@code erase.json} of {@link #ROOT}; legacy folders have none.
   */
  public Optional<JsonNode> config(String component) {
    return Optional.ofNullable(configs.get(component));
  }

  /**
   * A component's configuration where a family cannot do without it.
   *
   * @throws BundleException if there is none
   */
  public JsonNode requiredConfig(String component) {
    return config(component)
        .orElseThrow(
            () ->
                new BundleException(
                    root.toString(),
                    List.of(
                        component + "/config.json: not found: copy it from the exported model")));
  }

  /**
   * The same bundle with a job's own settings.
   *
   * @return with the digest of this one, since the files are the same
   * @throws BundleException if the options are for a scheduler, and the model has none
   */
  public ModelBundle with(BundleOptions options) {
    Map<String, JsonNode> replaced = new HashMap<>(configs);
    if (!options.schedulerConfig().isEmpty()) {
      replaced.put("scheduler", scheduler(options.schedulerConfig()));
    }
    Integer length = options.textLength();
    return new ModelBundle(
        root,
        index,
        replaced,
        contents,
        length == null ? OptionalInt.empty() : OptionalInt.of(length),
        options.promptSyntax());
  }

  private JsonNode scheduler(Map<String, Object> options) {
    if (config("scheduler").isEmpty()) {
      throw new BundleException(
          root.toString(),
          List.of("has no scheduler, for which " + options.keySet() + " is set: leave it out"));
    }
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode scheduler = configs.get("scheduler").deepCopy();
    options.forEach((key, value) -> scheduler.set(key, mapper.valueToTree(value)));
    return scheduler;
  }

  /** The length of long prompts in tokens, where it is not the tokenizer's own. */
  public OptionalInt textLength() {
    return textLength;
  }

  /** How prompts for this bundle are written. */
  public PromptSyntax promptSyntax() {
    return promptSyntax;
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
   * What a graph declares, read from its file alone.
   *
   * @throws BundleException if there is no such graph, or its inputs and outputs are not all
   *     tensors
   */
  public GraphHeader header(String component) {
    Path file = graph(component);
    try {
      return GraphHeader.read(file);
    } catch (IOException e) {
      throw new BundleException(
          root.toString(), List.of(root.relativize(file) + ": " + e.getMessage()));
    }
  }

  /**
   * Refuses a bundle that lacks graphs.
   *
   * @param components whose graphs a family needs
   * @throws BundleException naming each that is missing
   */
  public void require(List<String> components) {
    List<String> problems =
        components.stream().filter(component -> !has(component)).map(this::missing).toList();
    if (!problems.isEmpty()) {
      throw new BundleException(root.toString(), problems);
    }
  }

  /**
   * A SHA-256 of the content, in hex: the digest of the lines that {@code sha256sum} prints for the
   * files of {@link #digests}. Reads every byte when first called.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public String digest() {
    StringBuilder lines = new StringBuilder();
    digests().forEach((file, hex) -> lines.append(hex).append("  ").append(file).append('\n'));
    return Digests.sha256(lines.toString());
  }

  /**
   * The SHA-256 of each file that counts (JSON, tokenizer text, graphs and their external tensors),
   * in hex, by its path in the bundle with slashes, sorted. Reads every byte when first called.
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
    return folder(component).resolve(BundleCheck.GRAPH);
  }

  /** Names what lies in place of a graph: often the weights that were not exported. */
  private String missing(String component) {
    Path folder = folder(component);
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      BundleCheck.list(folder).forEach(file -> found.add(file.getFileName().toString()));
    }
    return component
        + "/"
        + BundleCheck.GRAPH
        + ": not found, the folder holds "
        + found
        + ": export the model with 'optimum-cli export onnx'";
  }
}
