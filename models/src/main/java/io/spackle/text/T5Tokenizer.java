package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.text.TokenizerFolder.SpecialToken;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The SentencePiece tokenizer of T5, as its {@code tokenizer.json} describes it. Texts get an end
 * token, but no start token.
 */
public final class T5Tokenizer {

  private static final int MAX_LENGTH = 512;

  private T5Tokenizer() {}

  /**
   * Opens a tokenizer folder.
   *
   * @param path contains {@code tokenizer.json}; {@code tokenizer_config.json} and {@code
   *     special_tokens_map.json} may be absent
   * @throws io.spackle.graph.InvalidModelException if files are missing or unreadable, or the pad
   *     token is not in the vocabulary
   */
  public static Tokenizer open(Path path) {
    TokenizerFolder folder = TokenizerFolder.open(path);
    if (!folder.has("tokenizer.json")) {
      throw folder.invalid(
          "tokenizer.json: not found (spiece.model alone is not enough): save the tokenizer again with transformers' T5TokenizerFast");
    }
    JsonNode json = folder.json("tokenizer.json");
    if (!(json instanceof ObjectNode document) || !document.path("model").path("vocab").isArray()) {
      throw folder.invalid(
          "tokenizer.json: expected a unigram vocabulary (token and score): is this a T5 tokenizer?");
    }
    // Files that were saved after use may contain the settings of the last call.
    document.putNull("truncation").putNull("padding");
    long padId = id(folder, document, folder.specialToken("pad_token", "<pad>"));
    try {
      return NativeTokenizer.of(
          TokenizerFolder.JSON.writeValueAsBytes(document), padId, folder.maxLength(MAX_LENGTH));
    } catch (IOException e) {
      throw folder.invalid("tokenizer.json: the native tokenizer rejects it: " + e.getMessage());
    }
  }

  private static long id(TokenizerFolder folder, JsonNode document, SpecialToken token) {
    for (JsonNode added : document.path("added_tokens")) {
      if (added.path("content").asText().equals(token.content())) {
        return added.path("id").asLong();
      }
    }
    throw folder.invalid(
        "tokenizer.json: the pad token "
            + token.content()
            + " is not among added_tokens: save the tokenizer again");
  }
}
