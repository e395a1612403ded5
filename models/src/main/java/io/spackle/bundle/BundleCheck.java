package io.spackle.bundle;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.graph.InvalidModelException;
import io.spackle.onnx.OnnxFileCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The check of a model folder, or of some of its components: its content and all problems.
 *
 * <p>A folder contains either a pipeline, with {@value #INDEX} and a folder per component, or a
 * single erase graph with {@value #ERASE}.
 */
final class BundleCheck {

  static final String INDEX = "model_index.json";
  static final String GRAPH = "model.onnx";
  private static final String ERASE = "erase.json";

  /** The possible configuration files of components. */
  static final List<String> CONFIG_FILES =
      List.of("config.json", "scheduler_config.json", "preprocessor_config.json", ERASE);

  private static final String EXPECTED =
      "expected a folder with model_index.json and one folder for each component,"
          + " as written by 'optimum-cli export onnx'";

  private static final String EXPECTED_AROUND_GRAPH =
      "expected its folder, with the erase graph as model.onnx and erase.json next to it";

  /** Python writes the literal -Infinity, which is in scheduler files of diffusers. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  final List<String> problems = new ArrayList<>();
  final List<Path> contents = new ArrayList<>();

  /** The parsed configuration files by their paths in the folder. */
  final Map<String, JsonNode> configs = new LinkedHashMap<>();

  JsonNode index = MissingNode.getInstance();

  /** The name of the graph in the folder itself. */
  String graphName = GRAPH;

  private BundleCheck() {}

  static BundleCheck of(Path folder) {
    BundleCheck check = new BundleCheck();
    if (!Files.exists(folder)) {
      check.problems.add("not found, " + EXPECTED);
    } else if (!Files.isDirectory(folder)) {
      check.problems.add("is a file, " + (isGraph(folder) ? EXPECTED_AROUND_GRAPH : EXPECTED));
    } else {
      check.checkFolder(folder);
    }
    return check;
  }

  /**
   * Checks some components only.
   *
   * @param components names of subfolders; "" is the folder itself
   */
  static BundleCheck of(Path folder, List<String> components) {
    BundleCheck check = new BundleCheck();
    if (!Files.isDirectory(folder)) {
      check.problems.add("not found, expected a folder with " + graphs(components));
      return check;
    }
    for (String component : components) {
      Path part = folder.resolve(component);
      if (Files.isDirectory(part)) {
        check.checkComponent(part, component.isEmpty() ? "" : component + "/");
      }
    }
    return check;
  }

  /** Checks a folder that holds one graph of any name; of several, {@value #GRAPH} counts. */
  static BundleCheck ofGraph(Path folder) {
    BundleCheck check = new BundleCheck();
    if (!Files.isDirectory(folder)) {
      check.problems.add(
          (Files.exists(folder) ? "is a file" : "not found")
              + ", expected a folder with one graph");
      return check;
    }
    List<String> names =
        list(folder).stream().map(entry -> entry.getFileName().toString()).toList();
    List<String> graphs = names.stream().filter(name -> name.endsWith(".onnx")).toList();
    if (graphs.contains(GRAPH) || graphs.size() == 1) {
      check.graphName = graphs.contains(GRAPH) ? GRAPH : graphs.get(0);
      check.checkComponent(folder, "");
    } else {
      check.problems.add(
          "%d graphs found among %s, expected one ONNX file, or one with the name %s"
              .formatted(graphs.size(), names, GRAPH));
    }
    return check;
  }

  private static String graphs(List<String> components) {
    return components.stream()
        .map(component -> Path.of(component, GRAPH).toString())
        .collect(Collectors.joining(", "));
  }

  private void checkFolder(Path folder) {
    List<Path> entries = list(folder);
    if (entries.isEmpty()) {
      problems.add("is empty, " + EXPECTED);
      return;
    }
    boolean isPipeline =
        entries.contains(folder.resolve(INDEX))
            || entries.stream().noneMatch(entry -> isGraph(entry) || entry.endsWith(ERASE));
    if (isPipeline) {
      checkPipeline(folder, entries);
    } else {
      checkEraseModel(folder, entries);
    }
  }

  private void checkPipeline(Path folder, List<Path> entries) {
    checkIndex(folder.resolve(INDEX));
    entries.stream()
        .filter(Files::isDirectory)
        .forEach(component -> checkComponent(component, component.getFileName() + "/"));
    if (!Files.exists(folder.resolve("scheduler/scheduler_config.json"))) {
      problems.add(
          "scheduler/scheduler_config.json: not found: copy it from the model that was exported");
    }
  }

  private void checkEraseModel(Path folder, List<Path> entries) {
    Path config = folder.resolve(ERASE);
    if (entries.contains(config)) {
      contents.add(config);
      configs.put(ERASE, json(config, ERASE));
    } else {
      problems.add(
          ERASE
              + ": not found: create it with {\"mask\": \"repaint\"} or {\"mask\": \"keep\"}, for"
              + " the meaning of 1 or 255 in the graph's mask input");
    }
    Path graph = folder.resolve(GRAPH);
    if (entries.contains(graph)) {
      checkGraph(graph, GRAPH);
    } else {
      List<Path> found = entries.stream().map(Path::getFileName).toList();
      problems.add(
          GRAPH + ": not found, the folder contains " + found + ": rename the graph to " + GRAPH);
    }
  }

  private static boolean isGraph(Path file) {
    return file.toString().endsWith(".onnx");
  }

  private void checkGraph(Path file, String name) {
    OnnxFileCheck graph = OnnxFileCheck.check(file, name);
    problems.addAll(graph.problems());
    contents.addAll(graph.external());
    contents.add(file);
  }

  private void checkIndex(Path file) {
    if (!Files.isRegularFile(file)) {
      problems.add(INDEX + ": not found, " + EXPECTED);
      return;
    }
    contents.add(file);
    index = json(file, INDEX);
    if (index.isObject() && !index.path("_class_name").isTextual()) {
      problems.add(
          INDEX
              + ": has no _class_name, expected the name of a pipeline of diffusers: copy it"
              + " again");
    }
  }

  private void checkComponent(Path component, String prefix) {
    for (Path file : list(component)) {
      String fileName = file.getFileName().toString();
      String name = prefix + fileName;
      if (fileName.equals(prefix.isEmpty() ? graphName : GRAPH)) {
        checkGraph(file, name);
      } else if ((fileName.endsWith(".json") || fileName.endsWith(".txt"))
          && !fileName.equals(PreparedMark.FILE)) {
        contents.add(file);
      }
      if (CONFIG_FILES.contains(fileName)) {
        configs.put(name, json(file, name));
      }
    }
  }

  /** The object in a file; a missing node, and a problem, if there is none. */
  private JsonNode json(Path file, String name) {
    try {
      if (OnnxFileCheck.isGitLfsPointer(file)) {
        problems.add(name + ": is a git-lfs pointer, expected JSON: run 'git lfs pull'");
        return MissingNode.getInstance();
      }
      JsonNode json = JSON.readTree(file.toFile());
      if (json.isObject()) {
        return json;
      }
      problems.add(
          name + ": expected a JSON object, found " + json.getNodeType() + ": copy it again");
    } catch (IOException e) {
      problems.add(name + ": expected JSON, copy it again: " + e.getMessage());
    }
    return MissingNode.getInstance();
  }

  /**
   * The entries of a folder, sorted, without hidden ones.
   *
   * @throws InvalidModelException if it cannot be listed
   */
  static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidModelException(
          folder.toString(), List.of("cannot be listed, check its permissions: " + e));
    }
  }
}
