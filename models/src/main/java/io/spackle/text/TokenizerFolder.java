package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer folder of a bundle, as saved by transformers.
 *
 * @param path the folder
 * @param config {@code tokenizer_config.json}, a missing node if there is none
 * @param specialTokens {@code special_tokens_map.json}, a missing node if there is none
 */
record TokenizerFolder(Path path, JsonNode config, JsonNode specialTokens) {

  static final ObjectMapper JSON = new ObjectMapper();

  /** Longer sequences are a placeholder: transformers writes 1e30 for an unknown length. */
  private static final int MAX_LENGTH = 100_000;

  /**
   * @throws InvalidModelException if the folder is missing or a file in it is unreadable
   */
  static TokenizerFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw invalid(
          path, "not found, expected a folder with vocab.json and merges.txt, or tokenizer.json");
    }
    return new TokenizerFolder(
        path,
        jsonOrMissing(path, "tokenizer_config.json"),
        jsonOrMissing(path, "special_tokens_map.json"));
  }

  boolean has(String file) {
    return Files.isRegularFile(path.resolve(file));
  }

  /**
   * @throws InvalidModelException if the file is missing or not JSON
   */
  JsonNode json(String file) {
    return json(path, file);
  }

  /**
   * @throws InvalidModelException if the file is missing or not UTF-8
   */
  List<String> lines(String file) {
    try {
      return Files.readAllLines(path.resolve(file));
    } catch (IOException e) {
      throw invalid(path, file + ": cannot be read, expected UTF-8 text: " + e);
    }
  }

  /** The length of the model's sequences, or {@code defaultLength} if the folder has none. */
  int maxLength(int defaultLength) {
    double length = config.path("model_max_length").asDouble(defaultLength);
    return length >= 2 && length <= MAX_LENGTH ? (int) length : defaultLength;
  }

  /**
   * A special token by its role.
   *
   * @param role bos_token, eos_token, unk_token or pad_token
   * @param defaultText the text of the token if the folder has none in this role
   */
  SpecialToken specialToken(String role, String defaultText) {
    // As in transformers, the map takes precedence over the config.
    for (JsonNode source : List.of(specialTokens, config)) {
      if (source.hasNonNull(role)) {
        return SpecialToken.of(source.get(role));
      }
    }
    return SpecialToken.of(defaultText);
  }

  /**
   * The tokens that {@code tokenizer_config.json} lists with their properties, in the order of the
   * file.
   */
  List<SpecialToken> listedTokens() {
    List<SpecialToken> tokens = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      tokens.add(SpecialToken.of(entry.getValue()));
    }
    return tokens;
  }

  InvalidModelException invalid(String problem) {
    return invalid(path, problem);
  }

  private static JsonNode jsonOrMissing(Path folder, String file) {
    return Files.exists(folder.resolve(file)) ? json(folder, file) : MissingNode.getInstance();
  }

  private static JsonNode json(Path folder, String file) {
    try {
      return JSON.readTree(folder.resolve(file).toFile());
    } catch (IOException e) {
      throw invalid(folder, file + ": cannot be read, expected JSON: " + e.getMessage());
    }
  }

  private static InvalidModelException invalid(Path folder, String problem) {
    return new InvalidModelException(folder.toString(), List.of(problem));
  }

  /**
   * A token that is matched before the text is split.
   *
   * @param content its text
   * @param normalized whether it is matched in the normalized text, so that upper case matches too
   * @param singleWord whether it matches whole words only
   * @param lstrip whether it includes preceding white space
   * @param rstrip whether it includes following white space
   */
  record SpecialToken(
      String content, boolean normalized, boolean singleWord, boolean lstrip, boolean rstrip) {

    /** A token of a JSON file: its text, or an object with its properties. */
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
      return JSON.createObjectNode()
          .put("id", id)
          .put("content", content)
          .put("single_word", singleWord)
          .put("lstrip", lstrip)
          .put("rstrip", rstrip)
          .put("normalized", normalized)
          .put("special", true);
    }
  }
}
