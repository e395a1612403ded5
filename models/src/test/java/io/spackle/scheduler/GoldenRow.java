package io.spackle.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** The common columns of recorded schedules and walks. */
final class GoldenRow {

  private GoldenRow() {}

  /** The scheduler of a row, with the configuration of the row. */
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
}
