package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tokenizer folder of a bundle, as transformers saves it.
 *
 * @param path the folder
 * @param config {@code tokenizer_config.json}, missing where there is none
 * @param specialTokens {@code special_tokens_map.json}, missing where there is none
 */
record TokenizerFolder(Path path, JsonNode config, JsonNode specialTokens) {

  static final ObjectMapper JSON = new ObjectMapper();

  /** Sequences longer than this are a placeholder: transformers writes 1e30 for "not known". */
  private static final int LONGEST = 100_000;

  /**
   * @throws InvalidModelException if the folder is missing or a file in it is unreadable
   */
  static TokenizerFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw refusal(
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
   * @throws InvalidModelException if the file is missing or no JSON
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
      throw refusal(path, file + ": cannot be read, expected UTF-8 text: " + e);
    }
  }

  /** The length of the model's sequences, or {@code otherwise} where the folder names none. */
  int maxLength(int otherwise) {
    double length = config.path("model_max_length").asDouble(otherwise);
    return length >= 2 && length <= LONGEST ? (int) length : otherwise;
  }

  /**
   * A special token by its role.
   *
   * @param role bos_token, eos_token, unk_token or pad_token
   * @param otherwise the text of the token where the folder gives the role to none
   */
  SpecialToken specialToken(String role, String otherwise) {
    // In transformers the map wins over the config.
    for (JsonNode source : List.of(specialTokens, config)) {
      if (source.hasNonNull(role)) {
        return SpecialToken.of(source.get(role));
      }
    }
    return SpecialToken.of(otherwise);
  }

  /**
   * The tokens that {@code tokenizer_config.json} lists with their properties, in the order of
   * their ids.
   */
  List<SpecialToken> listedTokens() {
    List<SpecialToken> tokens = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      tokens.add(SpecialToken.of(entry.getValue()));
    }
    return tokens;
  }

  InvalidModelException refusal(String problem) {
    return refusal(path, problem);
  }

  private static JsonNode jsonOrMissing(Path folder, String file) {
    return Files.exists(folder.resolve(file)) ? json(folder, file) : MissingNode.getInstance();
  }

  private static JsonNode json(Path folder, String file) {
    try {
      return JSON.readTree(folder.resolve(file).toFile());
    } catch (IOException e) {
      throw refusal(folder, file + ": cannot be read, expected JSON: " + e.getMessage());
    }
  }

  private static InvalidModelException refusal(Path folder, String problem) {
    return new InvalidModelException(folder.toString(), List.of(problem));
  }
}
