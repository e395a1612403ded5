package io.spackle.golden;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The locations of bundles and golden files; {@code -Dgolden.dir} and {@code -Dphotos.dir} select
 * other sets of the same layout.
 */
public final class Goldens {

  /** Python writes the literal -Infinity. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private static final Path PROJECT = Path.of("src", "test", "golden");

  private Goldens() {}

  public static Path photo(String name) {
    return Path.of(System.getProperty("photos.dir")).resolve(name);
  }

  /** A bundle, or a path in one. */
  public static Path bundle(String path) {
    return Path.of(System.getProperty("bundles.dir")).resolve(path);
  }

  /** Copies a bundle to a folder that does not exist. */
  public static void copyBundle(String name, Path to) throws IOException {
    Path from = bundle(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  /** A golden file. */
  public static Path file(String path) {
    return Path.of(System.getProperty("golden.dir")).resolve(path);
  }

  /** A golden file that exists only in this project, not in other sets. */
  public static Path ownFile(String path) {
    return PROJECT.resolve(path);
  }

  /** All recorded runs. */
  public static List<GoldenCase> cases() {
    try (Stream<Path> folders = Files.list(file("cases"))) {
      return folders
          .sorted()
          .map(folder -> new GoldenCase(folder, json(folder.resolve("case.json"))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static float[] floats(JsonNode list) {
    float[] floats = new float[list.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = list.get(i).floatValue();
    }
    return floats;
  }
}
