package io.spackle.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.text.TokenizerFolder.SpecialToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The byte-pair tokenizer of CLIP: lower case, words, word-final pieces that end in {@code </w>}.
 *
 * <p>Equivalent to CLIPTokenizer of transformers 5, which reads only vocabulary, merges and special
 * tokens from a folder and builds the rest itself. A pad token that is a plain word, such as the
 * {@code !} of SDXL's second tokenizer, gets the pad id wherever it occurs in a text.
 */
public final class ClipTokenizer {

  private static final int MAX_LENGTH = 77;

  /** The {@code tokenizer.json} without vocabulary, merges and special tokens. */
  private static final String PIPELINE =
      """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "normalizer": {"type": "Sequence", "normalizers": [
          {"type": "NFC"},
          {"type": "Replace", "pattern": {"Regex": "\\\\s+"}, "content": " "},
          {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
          {"type": "Split", "behavior": "Removed", "invert": true, "pattern": {"Regex":
            "<\\\\|startoftext\\\\|>|<\\\\|endoftext\\\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+"}},
          {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
        "post_processor": {"type": "RobertaProcessing", "trim_offsets": false, "add_prefix_space": false},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>",
          "fuse_unk": false, "byte_fallback": false}
      }
      """;

  private ClipTokenizer() {}

  /**
   * Opens a tokenizer folder.
   *
   * @param path contains {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}, or
   *     all three (the first takes precedence); {@code tokenizer_config.json} and {@code
   *     special_tokens_map.json} may be absent
   * @throws io.spackle.graph.InvalidModelException if files are missing or unreadable, or a special
   *     token is not in the vocabulary
   */
  public static Tokenizer open(Path path) {
    TokenizerFolder folder = TokenizerFolder.open(path);
    JsonNode vocabulary;
    JsonNode merges;
    if (folder.has("tokenizer.json")) {
      JsonNode model = folder.json("tokenizer.json").path("model");
      vocabulary = model.path("vocab");
      merges = model.path("merges");
    } else {
      vocabulary = folder.json("vocab.json");
      merges = merges(folder.lines("merges.txt"));
    }
    if (!vocabulary.isObject() || !merges.isArray()) {
      throw folder.invalid(
          "expected a byte-pair vocabulary (token to id) with its merges: is this a CLIP tokenizer?");
    }
    return build(folder, vocabulary, merges);
  }

  private static Tokenizer build(TokenizerFolder folder, JsonNode vocabulary, JsonNode merges) {
    SpecialToken start = folder.specialToken("bos_token", "<|startoftext|>");
    SpecialToken end = folder.specialToken("eos_token", "<|endoftext|>");
    SpecialToken unknown = folder.specialToken("unk_token", "<|endoftext|>");
    SpecialToken pad = folder.specialToken("pad_token", "<|endoftext|>");

    ObjectNode document = pipeline();
    ArrayNode added = document.putArray("added_tokens");
    for (SpecialToken token : merged(folder.listedTokens(), List.of(start, end, unknown, pad))) {
      added.add(token.toJson(id(folder, vocabulary, token)));
    }
    ObjectNode processor = (ObjectNode) document.get("post_processor");
    processor.putArray("cls").add(start.content()).add(id(folder, vocabulary, start));
    processor.putArray("sep").add(end.content()).add(id(folder, vocabulary, end));
    ((ObjectNode) document.get("model"))
        .put("unk_token", unknown.content())
        .<ObjectNode>set("vocab", vocabulary)
        .set("merges", merges);
    try {
      return NativeTokenizer.of(
          TokenizerFolder.JSON.writeValueAsBytes(document),
          id(folder, vocabulary, pad),
          folder.maxLength(MAX_LENGTH));
    } catch (IOException e) {
      throw folder.invalid("the native tokenizer rejects vocabulary and merges: " + e.getMessage());
    }
  }

  /**
   * The tokens by text, without duplicates, as transformers registers them: a listed token takes
   * precedence over a role, and a later role over an earlier one. (Where the pad token is the end
   * token again, written as plain text, the end token no longer matches in upper case.)
   */
  private static Collection<SpecialToken> merged(
      List<SpecialToken> listed, List<SpecialToken> roles) {
    Map<String, SpecialToken> tokens = new LinkedHashMap<>();
    roles.forEach(token -> tokens.put(token.content(), token));
    listed.forEach(token -> tokens.put(token.content(), token));
    return tokens.values();
  }

  private static ObjectNode pipeline() {
    try {
      return (ObjectNode) TokenizerFolder.JSON.readTree(PIPELINE);
    } catch (IOException e) {
      throw new AssertionError("a constant of this class is not JSON", e);
    }
  }

  /** The merges of {@code merges.txt}: a version line, then two pieces in each line. */
  private static ArrayNode merges(List<String> lines) {
    ArrayNode merges = TokenizerFolder.JSON.createArrayNode();
    for (String line : lines) {
      if (!line.isBlank() && !line.startsWith("#version")) {
        merges.add(line);
      }
    }
    return merges;
  }

  private static long id(TokenizerFolder folder, JsonNode vocabulary, SpecialToken token) {
    JsonNode id = vocabulary.get(token.content());
    if (id == null) {
      throw folder.invalid(
          "the special token "
              + token.content()
              + " is not in the vocabulary: take vocabulary and special tokens from the same model");
    }
    return id.asLong();
  }
}
