package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/** Cells one after the other in this process, as the Java kernel runs them. */
public final class NotebookShell implements AutoCloseable {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /**
   * What is printed by whatever code of this process; Scala keeps the stream that it finds first.
   */
  private static final ByteArrayOutputStream PRINTED = new ByteArrayOutputStream();

  static {
    System.setOut(new PrintStream(PRINTED, true, UTF_8));
  }

  /** The value of the last expression, put here by the shell. */
  private static Object result;

  private final JShell shell =
      JShell.builder().executionEngine(new LocalExecutionControlProvider(), Map.of()).build();

  NotebookShell() {
    shell.addToClasspath(System.getProperty("java.class.path"));
  }

  /** Called from within the shell. */
  public static void take(Object value) {
    result = value;
  }

  /**
   * Runs a cell.
   *
   * @return its outputs: what it printed, and the value of its last expression
   * @throws IllegalStateException if it does not compile or throws
   */
  ArrayNode run(String cell) {
    PRINTED.reset();
    Snippet last = evaluate(cell);
    ArrayNode outputs = NODES.arrayNode();
    if (PRINTED.size() > 0) {
      outputs.add(stream(PRINTED.toString(UTF_8)));
    }
    if (last != null && isExpression(last)) {
      outputs.add(shown(value(last)));
    }
    return outputs;
  }

  @Override
  public void close() {
    shell.close();
  }

  /** Returns the last snippet of a cell. */
  private Snippet evaluate(String cell) {
    Snippet last = null;
    String rest = cell;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        throw new IllegalStateException("no whole Java: " + rest);
      }
      for (SnippetEvent event : shell.eval(next.source())) {
        last = event.causeSnippet() == null ? checked(event) : last;
      }
      rest = next.remaining();
    }
    return last;
  }

  private Snippet checked(SnippetEvent event) {
    if (event.exception() != null) {
      throw new IllegalStateException(event.snippet().source(), event.exception());
    }
    if (event.status() != Snippet.Status.VALID) {
      String problems =
          shell
              .diagnostics(event.snippet())
              .map(problem -> problem.getMessage(null))
              .collect(Collectors.joining("; "));
      throw new IllegalStateException(event.snippet().source() + ": " + problems);
    }
    return event.snippet();
  }

  private static boolean isExpression(Snippet snippet) {
    return switch (snippet.subKind()) {
      case TEMP_VAR_EXPRESSION_SUBKIND, VAR_VALUE_SUBKIND -> true;
      default -> false;
    };
  }

  /** The shell keeps the value of an expression that is no variable in one of its own. */
  private Object value(Snippet expression) {
    String name =
        expression instanceof VarSnippet own
            ? own.name()
            : expression.source().strip().replaceFirst(";$", "");
    result = null;
    evaluate(NotebookShell.class.getName() + ".take(" + name + ");");
    return result;
  }

  private static ObjectNode stream(String text) {
    return NODES
        .objectNode()
        .put("name", "stdout")
        .put("output_type", "stream")
        .put("text", anywhere(text));
  }

  /** Without the folder that this checkout happens to lie in. */
  private static String anywhere(String text) {
    return text.replace(Path.of("..").toAbsolutePath().normalize().toString(), "…");
  }

  private static ObjectNode shown(Object value) {
    ObjectNode data = NODES.objectNode();
    if (value instanceof RenderedImage picture) {
      data.put("image/png", Base64.getEncoder().encodeToString(png(picture)));
    } else {
      data.put("text/plain", anywhere(String.valueOf(value)));
    }
    ObjectNode output = NODES.objectNode().put("output_type", "execute_result");
    output.set("data", data);
    output.set("metadata", NODES.objectNode());
    return output;
  }

  private static byte[] png(RenderedImage picture) {
    try {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      ImageIO.write(picture, "png", file);
      return file.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
