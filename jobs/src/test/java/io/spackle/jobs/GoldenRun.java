package io.spackle.jobs;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A recorded run of a reference pipeline, as the manifest rows and settings of an equivalent job.
 *
 * @param folder with {@code case.json} and the images
 * @param json content of {@code case.json}
 */
record GoldenRun(Path folder, JsonNode json) {

  private static final String KARRAS = "use_karras_sigmas";

  /** Arguments of the call that are columns of the row. */
  private static final List<String> ARGUMENTS =
      List.of(
          "negative_prompt",
          "width",
          "height",
          "num_inference_steps",
          "guidance_scale",
          "strength");

  /**
   * Settings of a job.
   *
   * @param scheduler overrides of the bundle's scheduler configuration
   * @param cropPadding pixels, or null
   * @param textLength tokens, or null
   * @param syntax of the prompts
   * @param reference layout and prompt of reference images, as an object
   */
  record Settings(
      String bundle,
      JsonNode scheduler,
      Integer cropPadding,
      Integer textLength,
      String syntax,
      JsonNode reference) {}

  /** The folder of the recorded runs. */
  static Path cases() {
    return Path.of(System.getProperty("golden.dir"), "cases").toAbsolutePath().normalize();
  }

  /** All recorded runs. */
  static List<GoldenRun> all() {
    try (Stream<Path> folders = Files.list(cases())) {
      return folders.sorted().map(GoldenRun::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GoldenRun read(Path folder) {
    // Python writes -Infinity without quotes.
    JsonMapper mapper =
        JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
    try {
      return new GoldenRun(folder, mapper.readTree(folder.resolve("case.json").toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return json.get("name").asText();
  }

  Settings settings() {
    ObjectNode scheduler = JsonNodeFactory.instance.objectNode();
    json.path("scheduler_overrides").properties().stream()
        .filter(entry -> !entry.getKey().equals(KARRAS))
        .forEach(entry -> scheduler.set(entry.getKey(), entry.getValue()));
    return new Settings(
        json.get("bundle").asText(),
        scheduler,
        number("padding_mask_crop"),
        number("max_sequence_length"),
        json.path("syntax").asText("plain"),
        json.has("reference") ? json.get("reference") : JsonNodeFactory.instance.objectNode());
  }

  /** One row for each photo, or for each prompt where there are several. */
  List<ObjectNode> rows() {
    return IntStream.range(0, rowCount()).mapToObj(this::row).toList();
  }

  /** The id of a row. */
  String id(int row) {
    return name() + "#" + row;
  }

  /** Whether every image has its own photo. */
  boolean isPhotoForPhoto() {
    return items("image").size() == items("seed").size();
  }

  /** The recorded image {@code index}. */
  Path image(int index) {
    Path only = folder.resolve("out.png");
    return Files.exists(only) ? only : folder.resolve("out_" + index + ".png");
  }

  private ObjectNode row(int index) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("id", id(index));
    row.put("init_image", photo(pick("image", index)));
    row.put("mask_image", photo(pick("mask", index)));
    if (json.has("reference_image")) {
      row.put("reference_image", photo(json.get("reference_image")));
    }
    if (call().has("prompt")) {
      row.set("prompt", pick(call().get("prompt"), index));
    }
    row.set("seed", pick("seed", index));
    row.put("samples", items("seed").size() / rowCount());
    ARGUMENTS.stream()
        .filter(name -> call().hasNonNull(name))
        .forEach(name -> row.set(name, call().get(name)));
    if (json.has("guidance_interval")) {
      row.set("guidance_start", json.get("guidance_interval").get(0));
      row.set("guidance_end", json.get("guidance_interval").get(1));
    }
    if (json.hasNonNull("scheduler")) {
      row.set("scheduler", json.get("scheduler"));
    }
    if (json.path("scheduler_overrides").has(KARRAS)) {
      row.set(KARRAS, json.get("scheduler_overrides").get(KARRAS));
    }
    return row;
  }

  /** An image in the folder of the case, else one of the photos that cases share. */
  private String photo(JsonNode name) {
    Path own = folder.resolve(name.asText());
    return (Files.exists(own) ? own : TestJob.photos().resolve(name.asText())).toString();
  }

  private int rowCount() {
    return Math.max(items("image").size(), items(call().path("prompt")).size());
  }

  private JsonNode call() {
    return json.get("call");
  }

  private Integer number(String argument) {
    return call().hasNonNull(argument) ? call().get(argument).asInt() : null;
  }

  private JsonNode pick(String key, int index) {
    return pick(json.get(key), index);
  }

  private static JsonNode pick(JsonNode value, int index) {
    List<JsonNode> items = items(value);
    return items.get(items.size() == 1 ? 0 : index);
  }

  private List<JsonNode> items(String key) {
    return items(json.get(key));
  }

  private static List<JsonNode> items(JsonNode value) {
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false).toList()
        : List.of(value);
  }

  @Override
  public String toString() {
    return name(); // the name of the test
  }
}
