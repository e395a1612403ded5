package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Jupyter notebook in Java, of nbformat 4.
 *
 * <p>The command runs notebooks from top to bottom, each in a shell of its own, as the Java kernel
 * does, and stops at the first cell that fails:
 *
 * <pre>Notebook [--write] FILE...</pre>
 *
 * <p>With {@code --write} the new outputs are stored in the files. Otherwise the command fails if a
 * cell gives other kinds of output than those in the file.
 */
final class Notebook {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final ObjectNode root;

  private Notebook(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /** Runs notebooks; exits with 1 if one is out of date. */
  public static void main(String[] args) throws IOException {
    boolean write = args.length > 0 && args[0].equals("--write");
    boolean upToDate = true;
    for (String path : List.of(args).subList(write ? 1 : 0, args.length)) {
      Notebook notebook = read(Path.of(path));
      List<ArrayNode> outputs = notebook.run();
      upToDate &= write || notebook.hasOutputsLike(outputs);
      if (write) {
        notebook.write(outputs);
      }
    }
    System.exit(upToDate ? 0 : 1);
  }

  private static Notebook read(Path file) throws IOException {
    return new Notebook(file, (ObjectNode) JSON.readTree(file.toFile()));
  }

  /** Runs all code cells; returns their outputs. */
  private List<ArrayNode> run() {
    List<ArrayNode> outputs = new ArrayList<>();
    try (NotebookShell shell = new NotebookShell()) {
      for (ObjectNode cell : code()) {
        System.err.printf("%s, cell %d%n", file.getFileName(), outputs.size() + 1);
        outputs.add(shell.run(source(cell)));
      }
    }
    return outputs;
  }

  /** Compares the kinds of outputs only, because times and paths differ. */
  private boolean hasOutputsLike(List<ArrayNode> outputs) {
    List<ObjectNode> cells = code();
    for (int i = 0; i < cells.size(); i++) {
      List<String> found = kinds(cells.get(i).path("outputs"));
      List<String> made = kinds(outputs.get(i));
      if (!found.equals(made)) {
        System.err.printf(
            "%s, cell %d has the outputs %s, but gives %s: run ./notebooks/run%n",
            file.getFileName(), i + 1, found, made);
        return false;
      }
    }
    return true;
  }

  private void write(List<ArrayNode> outputs) throws IOException {
    List<ObjectNode> cells = code();
    for (int i = 0; i < cells.size(); i++) {
      cells.get(i).put("execution_count", i + 1).set("outputs", numbered(outputs.get(i), i + 1));
    }
    DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    Files.writeString(file, JSON.writer(printer).writeValueAsString(root) + "\n", UTF_8);
  }

  private static ArrayNode numbered(ArrayNode outputs, int number) {
    for (JsonNode output : outputs) {
      if (output.path("output_type").asText().equals("execute_result")) {
        ((ObjectNode) output).put("execution_count", number);
      }
    }
    return outputs;
  }

  private List<ObjectNode> code() {
    List<ObjectNode> cells = new ArrayList<>();
    for (JsonNode cell : root.path("cells")) {
      if (cell.path("cell_type").asText().equals("code")) {
        cells.add((ObjectNode) cell);
      }
    }
    return cells;
  }

  /** The source of a cell, which is a string or a list of lines. */
  private static String source(ObjectNode cell) {
    JsonNode source = cell.path("source");
    StringBuilder text = new StringBuilder(source.isTextual() ? source.asText() : "");
    source.elements().forEachRemaining(line -> text.append(line.asText()));
    return text.toString();
  }

  /** The kinds of outputs, such as stream, or execute_result and image/png. */
  private static List<String> kinds(JsonNode outputs) {
    List<String> kinds = new ArrayList<>();
    for (JsonNode output : outputs) {
      kinds.add(output.path("output_type").asText());
      output.path("data").fieldNames().forEachRemaining(kinds::add);
    }
    return kinds;
  }
}
