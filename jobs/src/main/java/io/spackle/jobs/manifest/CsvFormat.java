package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The dialect of a CSV file, by the names of Spark's options.
 *
 * @param separator between cells, at least one character
 * @param quote around cells that contain separators, quotes or line breaks
 * @param encoding of the text
 * @param isMultiLine whether quoted cells may contain line breaks
 */
record CsvFormat(String separator, Quote quote, String encoding, boolean isMultiLine)
    implements Serializable {

  /** The options that select files, which Spark applies. */
  private static final Set<String> OF_FILES =
      Set.of("pathGlobFilter", "recursiveFileLookup", "modifiedBefore", "modifiedAfter");

  private static final List<String> KNOWN =
      List.of("delimiter (or sep)", "quote", "escape", "encoding (or charset)", "multiLine");

  /**
   * The quotation of cells.
   *
   * @param mark '\0' for none
   * @param escape before a quotation mark within quotes; by default the mark itself
   */
  record Quote(char mark, char escape) implements Serializable {}

  /**
   * The dialect that options describe.
   *
   * @param separator where the options name none
   * @throws RefusedException with all options that cannot be used
   */
  static CsvFormat of(Map<String, String> options, String separator) {
    List<String> problems = new ArrayList<>();
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER); // as for Spark
    given.putAll(options);
    OF_FILES.forEach(given::remove);
    String cells = remove(given, "sep", remove(given, "delimiter", separator));
    char mark = character(given, "quote", '"', problems);
    Quote quote = new Quote(mark, character(given, "escape", mark, problems));
    String encoding = encoding(given, problems);
    boolean isMultiLine = flag(given, "multiLine", problems);
    if (!flag(given, "header", problems)) {
      problems.add(
          "spackle.manifest.options.header is false, but columns are found by their names: put a"
              + " first line such as init_image,mask_image,prompt into the file");
    }
    if (cells.isEmpty()) {
      problems.add("spackle.manifest.options.delimiter is empty, expected a character such as ;");
    }
    given
        .keySet()
        .forEach(
            name ->
                problems.add(
                    "spackle.manifest.options.%s is not an option of CSV files, expected some of %s"
                        .formatted(name, String.join(", ", KNOWN))));
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return new CsvFormat(cells.replace("\\t", "\t"), quote, encoding, isMultiLine);
  }

  /** Whether the text is in UTF-8, so that Spark can split it into lines. */
  boolean isUtf8() {
    return charset().equals(StandardCharsets.UTF_8);
  }

  Charset charset() {
    return Charset.forName(encoding);
  }

  private static String remove(Map<String, String> options, String name, String byDefault) {
    String value = options.remove(name);
    return value == null ? byDefault : value;
  }

  private static char character(
      Map<String, String> options, String name, char byDefault, List<String> problems) {
    String value = options.remove(name);
    if (value == null) {
      return byDefault;
    }
    if (value.length() > 1) {
      problems.add(
          "spackle.manifest.options.%s is \"%s\", expected one character".formatted(name, value));
    }
    return value.isEmpty() ? 0 : value.charAt(0);
  }

  private static String encoding(Map<String, String> options, List<String> problems) {
    String name = remove(options, "encoding", remove(options, "charset", "UTF-8"));
    try {
      return Charset.forName(name).name();
    } catch (IllegalArgumentException e) {
      problems.add(
          "spackle.manifest.options.encoding is %s, expected the name of an encoding such as UTF-16 or windows-1252"
              .formatted(name));
      return "UTF-8";
    }
  }

  /** True unless the option says otherwise. */
  private static boolean flag(Map<String, String> options, String name, List<String> problems) {
    String value = remove(options, name, "true").toLowerCase(Locale.ROOT);
    if (!value.equals("true") && !value.equals("false")) {
      problems.add(
          "spackle.manifest.options.%s is %s, expected true or false".formatted(name, value));
    }
    return !value.equals("false");
  }
}
