package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The sentence-piece tokenizer of T5, as its {@code tokenizer.json} describes it; ends texts,
 * starts none.
 */
public final class T5Tokenizer implements Tokenizer {

  private static final int MAX_LENGTH = 512;

  private final NativeTokenizer tokenizer;
  private final long padId;
  private final int maxLength;

  private T5Tokenizer(NativeTokenizer tokenizer, long padId, int maxLength) {
    this.tokenizer = tokenizer;
    this.padId = padId;
    this.maxLength = maxLength;
  }

  /**
   * Opens a tokenizer folder.
   *
   * @param path holds {@code tokenizer.json}; {@code tokenizer_config.json} and {@code
   *     special_tokens_map.json} may be absent
   * @throws io.spackle.graph.InvalidModelException if files are missing or unreadable, or the pad
   *     token is not in the vocabulary
   */
  public static T5Tokenizer open(Path path) {
    TokenizerFolder folder = TokenizerFolder.open(path);
    if (!folder.has("tokenizer.json")) {
      throw folder.refusal(
          "tokenizer.json: not found (spiece.model alone is not enough): save the tokenizer again with transformers' T5TokenizerFast");
    }
    JsonNode json = folder.json("tokenizer.json");
    if (!(json instanceof ObjectNode document) || !document.path("model").path("vocab").isArray()) {
      throw folder.refusal(
          "tokenizer.json: expected a unigram vocabulary (token and score): is this a T5 tokenizer?");
    }
    // Files saved after use may hold the last call's length.
    document.putNull("truncation").putNull("padding");
    long padId = id(folder, document, folder.specialToken("pad_token", "<pad>"));
    try {
      return new T5Tokenizer(
          NativeTokenizer.of(TokenizerFolder.JSON.writeValueAsBytes(document)),
          padId,
          folder.maxLength(MAX_LENGTH));
    } catch (IOException e) {
      throw folder.refusal("tokenizer.json: the native tokenizer refuses it: " + e.getMessage());
    }
  }

  private static long id(TokenizerFolder folder, JsonNode document, SpecialToken token) {
    for (JsonNode added : document.path("added_tokens")) {
      if (added.path("content").asText().equals(token.content())) {
        return added.path("id").asLong();
      }
    }
    throw folder.refusal(
        "tokenizer.json: the pad token "
            + token.content()
            + " is not among added_tokens: save the tokenizer again");
  }

  @Override
  public long[] encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public long padId() {
    return padId;
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
