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
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/** A shell that runs notebook cells in sequence in this process, as the Java kernel does. */
public final class NotebookShell implements AutoCloseable {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final float JPEG_QUALITY = 0.9f;

  /** The standard output of this process. Replaced once, because Scala keeps the first stream. */
  private static final ByteArrayOutputStream PRINTED = new ByteArrayOutputStream();

  static {
    System.setOut(new PrintStream(PRINTED, true, UTF_8));
  }

  /** The value of the last expression, set by the shell. */
  private static Object result;

  private final JShell shell =
      JShell.builder().executionEngine(new LocalExecutionControlProvider(), Map.of()).build();

  NotebookShell() {
    shell.addToClasspath(System.getProperty("java.class.path"));
  }

  /** Called by snippets in the shell. */
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
      outputs.add(resultOf(value(last)));
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
        throw new IllegalStateException("incomplete Java code: " + rest);
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

  /** The shell stores the value of an expression in a temporary variable, unless it is one. */
  private Object value(Snippet expression) {
    String name =
        expression instanceof VarSnippet variable
            ? variable.name()
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
        .put("text", portable(text));
  }

  /** Removes the path of this checkout. */
  private static String portable(String text) {
    return text.replace(Path.of("..").toAbsolutePath().normalize().toString(), "…");
  }

  private static ObjectNode resultOf(Object value) {
    ObjectNode data = NODES.objectNode();
    if (value instanceof RenderedImage image) {
      data.put("image/jpeg", Base64.getEncoder().encodeToString(jpeg(image)));
    } else {
      data.put("text/plain", portable(String.valueOf(value)));
    }
    ObjectNode output = NODES.objectNode().put("output_type", "execute_result");
    output.set("data", data);
    output.set("metadata", NODES.objectNode());
    return output;
  }

  /** The kernel makes PNG files. Those of photos are too large to store in a notebook. */
  private static byte[] jpeg(RenderedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionQuality(JPEG_QUALITY);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }
}
