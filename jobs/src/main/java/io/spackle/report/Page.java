package io.spackle.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The HTML page of a report, one self-contained file. Its Content-Security-Policy allows the page's
 * own style and script, by hash, and nothing that a prompt or an id might inject.
 */
final class Page {

  private static final Template TEMPLATE =
      Mustache.compiler().defaultValue("").compile(resource("page.html"));

  private static final String STYLE = resource("page.css");
  private static final String SCRIPT = resource("page.js");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Page() {}

  /**
   * Renders the page.
   *
   * @param cards rows to show, in this order
   * @param facts the content of summary.json; the page leaves out what is missing
   */
  static String html(Counts counts, List<Gallery.Card> cards, Map<String, Object> facts) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("policy", policy());
    values.put("style", STYLE);
    values.put("script", SCRIPT);
    values.put("data", data(cards));
    values.put("model", facts.get("model"));
    values.put("family", facts.get("family"));
    values.put("started", facts.get("started"));
    values.put("speed", speed(facts));
    values.put("rows", grouped(counts.rows()));
    values.put("succeeded", grouped(counts.succeeded()));
    values.put("failed", grouped(counts.failed()));
    values.put("unmasked", counts.unmasked() == 0 ? null : grouped(counts.unmasked()));
    values.put("images", grouped(counts.images()));
    values.put("shown", cards.size());
    values.put("failures", shares(counts.failures(), counts.rows()));
    values.put("notes", shares(counts.notes(), counts.rows()));
    values.put("stages", stages(counts.stages()));
    return TEMPLATE.execute(values);
  }

  /** The speed of the last run and its unit; null if it made no image. */
  private static Map<String, Object> speed(Map<String, Object> facts) {
    if (!(facts.get("images") instanceof Number images)
        || !(facts.get("seconds") instanceof Number seconds)
        || images.longValue() == 0) {
      return null;
    }
    return images.doubleValue() < seconds.doubleValue()
        ? Map.of("unit", "s/image", "value", decimal(seconds.doubleValue() / images.longValue(), 1))
        : Map.of(
            "unit", "images/s", "value", decimal(images.longValue() / seconds.doubleValue(), 1));
  }

  private static String policy() {
    return "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '%s'; script-src '%s'"
        .formatted(hash(STYLE), hash(SCRIPT));
  }

  private static List<Map<String, Object>> shares(List<Counts.Named> counts, long all) {
    return counts.stream()
        .map(
            count ->
                Map.<String, Object>of(
                    "name", count.name(),
                    "rows", grouped(count.rows()),
                    "share", decimal(100.0 * count.rows() / all, 1) + " %"))
        .toList();
  }

  private static List<Map<String, Object>> stages(List<Counts.Stage> stages) {
    double longest = stages.stream().mapToDouble(Counts.Stage::mean).max().orElse(1);
    return stages.stream()
        .map(
            stage ->
                Map.<String, Object>of(
                    "name", stage.name(),
                    "mean", decimal(stage.mean(), 1),
                    "median", decimal(stage.median(), 1),
                    "slow", decimal(stage.slow(), 1),
                    "hours", decimal(stage.millis() / 3_600_000, 2),
                    "bar", decimal(100 * stage.mean() / Math.max(longest, 1e-9), 1)))
        .toList();
  }

  /** The rows as JSON, escaped so that no text in it can end the enclosing script element. */
  private static String data(List<Gallery.Card> cards) {
    try {
      return JSON.writeValueAsString(cards)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot format numbers and strings as JSON", e);
    }
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String decimal(double number, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }

  private static String hash(String content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
