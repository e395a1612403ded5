package io.spackle.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The recorded schedules and walks of diffusers. */
final class Golden {

  private static final Path OWN = Path.of("src", "test", "golden");

  private Golden() {}

  static JsonNode vectors(String file) {
    return read(Path.of(System.getProperty("golden.dir", OWN.toString())), file);
  }

  /** Vectors that the project made itself, which no other golden folder has. */
  static JsonNode ownVectors(String file) {
    return read(OWN, file);
  }

  private static JsonNode read(Path folder, String file) {
    try {
      return new ObjectMapper().readTree(folder.resolve("vectors").resolve(file).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The scheduler that a row names, configured as the row says. */
  static Scheduler scheduler(JsonNode vectors, JsonNode row) {
    Map<String, Object> overrides = new HashMap<>();
    row.path("overrides")
        .properties()
        .forEach(entry -> overrides.put(entry.getKey(), entry.getValue()));
    JsonNode config = vectors.get("configs").get(row.get("config").asText());
    return Schedulers.of(row.get("scheduler").asText())
        .create(SchedulerConfig.of(config).withOverrides(overrides));
  }

  static String name(JsonNode row) {
    return "%s %s %s n=%s from %s"
        .formatted(
            row.get("scheduler").asText(),
            row.get("config").asText(),
            row.path("overrides"),
            row.get("n"),
            row.path("start_step"));
  }

  static float[] floats(JsonNode list) {
    float[] floats = new float[list.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = list.get(i).floatValue();
    }
    return floats;
  }
}
