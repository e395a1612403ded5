package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A token that is matched as a whole before the text is split.
 *
 * @param content its text
 * @param normalized whether it is looked for in the normalised text, so that upper case matches too
 * @param singleWord whether it matches whole words only
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 */
record SpecialToken(
    String content, boolean normalized, boolean singleWord, boolean lstrip, boolean rstrip) {

  /** A token as JSON files hold it: its text alone, or an object with its properties. */
  static SpecialToken of(JsonNode node) {
    if (node.isTextual()) {
      return of(node.asText());
    }
    return new SpecialToken(
        node.path("content").asText(),
        node.path("normalized").asBoolean(),
        node.path("single_word").asBoolean(),
        node.path("lstrip").asBoolean(),
        node.path("rstrip").asBoolean());
  }

  static SpecialToken of(String content) {
    return new SpecialToken(content, false, false, false, false);
  }

  /** The entry of {@code added_tokens} in a {@code tokenizer.json}. */
  ObjectNode toJson(long id) {
    return TokenizerFolder.JSON
        .createObjectNode()
        .put("id", id)
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized)
        .put("special", true);
  }
}
