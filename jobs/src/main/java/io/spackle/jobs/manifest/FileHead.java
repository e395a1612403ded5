package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.conf.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * The start of a manifest's file, which shows whether it can be text at all.
 *
 * @param path URI of the file
 * @param text its first characters, without a byte order mark
 * @param problem why the file cannot be read, or null
 */
record FileHead(String path, String text, String problem) implements Serializable {

  private static final int BYTES = 64 * 1024;

  private static final String SPREADSHEET =
      "a spreadsheet (.xlsx, .ods) or another zip file: export it as CSV in UTF-8";

  /** A start of a file, as Latin-1, and what to do with such a file. */
  private record Magic(String start, String advice) {}

  private static final List<Magic> STORED =
      List.of(
          new Magic("\u001f\u008b", "compressed by gzip: add .gz to its name"),
          new Magic("BZh", "compressed by bzip2: add .bz2 to its name"),
          new Magic("\u0028\u00b5\u002f\u00fd", "compressed by Zstandard: add .zst to its name"),
          new Magic("\u00fd7zXZ", "compressed by xz: decompress it"));

  private static final List<Magic> CONTENT =
      List.of(
          new Magic("PK\u0003\u0004", SPREADSHEET),
          new Magic("PK\u0005\u0006", SPREADSHEET),
          new Magic(
              "\u00d0\u00cf\u0011\u00e0", "an old spreadsheet (.xls): export it as CSV in UTF-8"),
          new Magic("PAR1", "a Parquet file: set spackle.manifest.format = parquet"),
          new Magic("ORC", "an ORC file: set spackle.manifest.format = orc"),
          new Magic("Obj\u0001", "an Avro file: set spackle.manifest.format = avro"),
          new Magic("%PDF", "a PDF: expected a text file"),
          new Magic("<!doctype html", "an HTML page: check where it was downloaded"),
          new Magic("<html", "an HTML page: check where it was downloaded"),
          new Magic("<?xml", "an XML file: save the rows as JSON Lines or CSV"));

  /** Reads the start of a file; one that is not compressed as its name says is a problem. */
  static FileHead of(String path, ManifestFiles files, CsvFormat csv) throws IOException {
    byte[] stored = files.head(path, BYTES);
    if (!files.isCompressed(path)) {
      String compressed = match(stored, STORED);
      return compressed == null ? of(path, stored, csv) : new FileHead(path, "", compressed);
    }
    try (InputStream in = files.open(path)) {
      return of(path, in.readNBytes(BYTES), csv);
    }
  }

  private static FileHead of(String path, byte[] content, CsvFormat csv) {
    String found = match(content, CONTENT);
    if (found == null && (csv == null || csv.isUtf8()) && isUtf16(content)) {
      found = "in UTF-16: save it as UTF-8" + (csv == null ? "" : ", or set " + UTF16_OPTION);
    }
    String text = new String(content, csv == null ? UTF_8 : csv.charset());
    return new FileHead(path, text.startsWith("\uFEFF") ? text.substring(1) : text, found);
  }

  private static final String UTF16_OPTION = "spackle.manifest.options { encoding = UTF-16 }";

  /**
   * Refuses files that cannot be read.
   *
   * @throws RefusedException naming each of them
   */
  static void check(List<FileHead> heads) {
    List<String> problems =
        heads.stream()
            .filter(head -> head.problem() != null)
            .map(head -> "the manifest " + head.name() + " is " + head.problem())
            .limit(10)
            .toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
  }

  /** The name of the file, for messages. */
  String name() {
    return ManifestFiles.name(path);
  }

  /** The first line that is not blank, without blanks around it; empty if there is none. */
  String firstLine() {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
  }

  private static String match(byte[] content, List<Magic> magics) {
    String start = new String(content, 0, Math.min(content.length, 64), ISO_8859_1);
    String text = start.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading();
    return magics.stream()
        .filter(
            magic ->
                start.startsWith(magic.start())
                    || text.toLowerCase(Locale.ROOT).startsWith(magic.start()))
        .map(Magic::advice)
        .findFirst()
        .orElse(null);
  }

  /** UTF-16 and UTF-32 start with a mark, or have a zero byte beside each ASCII character. */
  private static boolean isUtf16(byte[] content) {
    if (content.length < 2) {
      return false;
    }
    int first = content[0] & 0xFF;
    int second = content[1] & 0xFF;
    boolean isMarked = first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF;
    return isMarked || (first == 0) != (second == 0);
  }
}
