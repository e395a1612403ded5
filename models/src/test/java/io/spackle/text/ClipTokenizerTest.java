package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.golden.Goldens;
import io.spackle.graph.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path REAL = Goldens.ownFile("vectors/clip-tokenizer");

  private static final Path TINY = Goldens.bundle("tiny-sd15-inpaint/tokenizer");

  @TempDir private Path folder;

  @Test
  void idsEqualThoseOfTransformersWithTheRealVocabulary() throws IOException {
    requireGoldenIds(REAL, "clip");
  }

  @Test
  void padTokenHasThePadIdWhereverItOccurs() throws IOException {
    copy(REAL, "vocab.json", "merges.txt");
    ObjectNode config = (ObjectNode) JSON.readTree(REAL.resolve("tokenizer_config.json").toFile());
    write("tokenizer_config.json", config.put("pad_token", "!"));

    requireGoldenIds(folder, "clip_pad_exclamation");

    try (Tokenizer tokenizer = ClipTokenizer.open(folder)) {
      assertThat(tokenizer.padId()).isZero();
      assertThat(tokenizer.encode("wow!")).containsExactly(49406, 2781, 0, 49407);
    }
  }

  @Test
  void tokenizerJsonIsReadWithMergesInEitherForm() throws IOException {
    ObjectNode model = JSON.createObjectNode();
    model.set("vocab", JSON.readTree(REAL.resolve("vocab.json").toFile()));
    List<String> merges = Files.readAllLines(REAL.resolve("merges.txt"));
    merges.subList(1, merges.size()).forEach(model.withArray("merges")::add);
    write("tokenizer.json", JSON.createObjectNode().set("model", model));
    requireGoldenIds(folder, "clip");

    model.putArray("merges");
    for (String merge : merges.subList(1, merges.size())) {
      String[] pieces = merge.split(" ");
      model.withArray("merges").addArray().add(pieces[0]).add(pieces[1]);
    }
    write("tokenizer.json", JSON.createObjectNode().set("model", model));
    requireGoldenIds(folder, "clip");
  }

  @Test
  void defaultsApplyWithoutConfigurationFiles() throws IOException {
    copy(TINY, "vocab.json", "merges.txt");
    try (Tokenizer tokenizer = ClipTokenizer.open(folder)) {
      assertThat(tokenizer.padId()).isEqualTo(999);
      assertThat(tokenizer.maxLength()).isEqualTo(77);
    }
  }

  @Test
  void placeholderLengthsAreIgnored() throws IOException {
    copy(TINY, "vocab.json", "merges.txt");
    for (String length : List.of("1e30", "1000000000000000019884624838656", "-1", "1", "null")) {
      Files.writeString(
          folder.resolve("tokenizer_config.json"), "{\"model_max_length\": " + length + "}");
      try (Tokenizer tokenizer = ClipTokenizer.open(folder)) {
        assertThat(tokenizer.maxLength()).as(length).isEqualTo(77);
      }
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 248}");
    try (Tokenizer tokenizer = ClipTokenizer.open(folder)) {
      assertThat(tokenizer.maxLength()).isEqualTo(248);
    }
  }

  @Test
  void invalidFoldersAreRejectedWithTheReason() throws IOException {
    assertRejected(
        folder.resolve("nowhere"), "nowhere", "expected a folder with vocab.json and merges.txt");
    assertRejected(folder, "vocab.json: cannot be read");
    copy(TINY, "vocab.json");
    assertRejected(folder, "merges.txt: cannot be read");
    copy(TINY, "merges.txt");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"<pad>\"}");
    assertRejected(folder, "<pad> is not in the vocabulary");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{");
    assertRejected(folder, "special_tokens_map.json: cannot be read, expected JSON");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nnot two pieces\n");
    assertRejected(folder, "the native tokenizer rejects vocabulary and merges");
    assertRejected(Goldens.bundle("tiny-flux-fill/tokenizer_2"), "is this a CLIP tokenizer?");
  }

  private static void assertRejected(Path path, String... parts) {
    assertThatThrownBy(() -> ClipTokenizer.open(path))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll(parts);
  }

  private static void requireGoldenIds(Path folder, String column) {
    JsonNode rows = Goldens.json(Goldens.file("vectors/clip_tokens.json")).get("rows");
    assertThat(rows).hasSize(82);
    try (Tokenizer tokenizer = ClipTokenizer.open(folder)) {
      for (JsonNode row : rows) {
        String prompt = row.get("prompt").asText();
        if (prompt.indexOf('\0') >= 0) {
          continue; // rejected, see TokenizerTest
        }
        assertThat(tokenizer.encode(prompt)).as(prompt).containsExactly(ids(row, column));
        assertThat(PromptSequences.cut(tokenizer, prompt, 77).sequences().get(0).ids())
            .as(prompt)
            .containsExactly(ids(row, column + "_77"));
      }
    }
  }

  private static long[] ids(JsonNode row, String column) {
    return JSON.convertValue(row.get(column), long[].class);
  }

  private void copy(Path from, String... files) throws IOException {
    for (String file : files) {
      Files.copy(from.resolve(file), folder.resolve(file));
    }
  }

  private void write(String file, JsonNode json) throws IOException {
    JSON.writeValue(folder.resolve(file).toFile(), json);
  }
}
