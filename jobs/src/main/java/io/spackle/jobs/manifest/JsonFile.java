package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Serializable;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * What a JSON file is: lines of one object each, or one array or a sequence of objects, over any
 * number of lines.
 *
 * @param path URI of the file
 * @param problem why it can be neither, or null
 */
record JsonFile(String path, Kind kind, String problem) implements Serializable {

  /** How the rows of a file are found. */
  enum Kind {
    /** Each line is a row, well-formed or not. */
    LINES,
    /** Each element of the only array is a row. */
    ARRAY,
    /** Each object is a row. */
    OBJECTS
  }

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final JsonFactory STRICT = factory().build();

  /** As lenient as Spark's options allow: it is Spark that judges the syntax. */
  private static final JsonFactory LENIENT = lenient();

  /** Reads a file as far as is needed to tell what it is. */
  static JsonFile of(String path, ManifestFiles files) throws IOException {
    FileHead head = FileHead.of(path, files, null);
    if (head.problem() != null) {
      return new JsonFile(path, Kind.LINES, head.problem());
    }
    String first = firstLine(head, files);
    boolean isArray = first.startsWith("[");
    if (!isArray && (!first.startsWith("{") || isComplete(first))) {
      boolean isCsv = CsvManifest.separator(first).isPresent();
      String problem = isCsv ? "CSV, expected JSON: set spackle.manifest.format = csv" : null;
      return new JsonFile(path, Kind.LINES, problem);
    }
    Kind kind = isArray ? Kind.ARRAY : Kind.OBJECTS;
    String problem = problem(files, path, kind);
    if (problem == null) {
      return new JsonFile(path, kind, null);
    }
    boolean isLine = !isArray || isComplete(first);
    return new JsonFile(path, Kind.LINES, isLine ? null : problem);
  }

  /** The first line, also if it is longer than the start of the file; of an array its start. */
  private static String firstLine(FileHead head, ManifestFiles files) throws IOException {
    String first = head.firstLine();
    boolean isCut = first.startsWith("{") && head.text().indexOf('\n') < 0;
    return isCut ? files.lines(head.path(), UTF_8).next().text() : first;
  }

  /** The rows of a file that is not {@link Kind#LINES}, as texts. */
  static Iterator<String> elements(ManifestFiles files, String path, Kind kind) {
    try {
      return new Elements(LENIENT.createParser(reader(files.open(path))), kind);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether a line holds one object and nothing else. Spark would take the first of several values
   * and silently drop the others, and replace an unpaired surrogate by a question mark.
   */
  static boolean isOneObject(String line) {
    try (JsonParser parser = LENIENT.createParser(line)) {
      return parser.nextToken() == JsonToken.START_OBJECT
          && hasValidStrings(parser)
          && parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads to the end of the object. */
  private static boolean hasValidStrings(JsonParser parser) throws IOException {
    boolean valid = true;
    while (!parser.getParsingContext().inRoot()) {
      boolean isString = parser.nextToken() == JsonToken.VALUE_STRING;
      valid &= !isString || UTF_8.newEncoder().canEncode(parser.getText());
    }
    return valid;
  }

  /** Whether a line holds complete values. */
  private static boolean isComplete(String line) {
    try (JsonParser parser = LENIENT.createParser(line)) {
      while (parser.nextToken() != null) {
        parser.skipChildren();
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Why a file is not of a kind, or null if it is. */
  private static String problem(ManifestFiles files, String path, Kind kind) throws IOException {
    try (JsonParser parser = STRICT.createParser(reader(files.open(path)))) {
      JsonToken expected = kind == Kind.ARRAY ? JsonToken.START_ARRAY : JsonToken.START_OBJECT;
      JsonToken token = parser.nextToken();
      for (int values = 0; token != null; values++) {
        if (token != expected || kind == Kind.ARRAY && values > 0) {
          return "a JSON %s that something else follows: keep one only, or write one object per line"
              .formatted(kind == Kind.ARRAY ? "array" : "object");
        }
        parser.skipChildren();
        token = parser.nextToken();
      }
      return null;
    } catch (JsonProcessingException e) {
      return "a JSON array with an error in line %d, column %d: correct it, or write one object per line"
          .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }
  }

  private static Reader reader(InputStream in) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8));
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return reader;
  }

  private static JsonFactoryBuilder factory() {
    // Images may be in data: URIs; their size is limited where they are decoded.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();
    return (JsonFactoryBuilder) JsonFactory.builder().streamReadConstraints(constraints);
  }

  private static JsonFactory lenient() {
    JsonFactoryBuilder builder = factory();
    for (JsonReadFeature feature : JsonReadFeature.values()) {
      builder.enable(feature);
    }
    return builder.build();
  }

  /** The values of a stream, or of the array in it. */
  private static final class Elements implements Iterator<String> {
    private final JsonParser parser;
    private JsonToken next;

    Elements(JsonParser parser, Kind kind) throws IOException {
      this.parser = parser;
      next = parser.nextToken();
      if (kind == Kind.ARRAY && next != null) {
        next = parser.nextToken();
      }
    }

    @Override
    public boolean hasNext() {
      return next != null && next != JsonToken.END_ARRAY;
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      StringWriter text = new StringWriter();
      try (JsonGenerator generator = LENIENT.createGenerator(text)) {
        generator.copyCurrentStructureExact(parser);
        generator.flush();
        next = parser.nextToken();
        if (!hasNext()) {
          parser.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return text.toString();
    }
  }
}
