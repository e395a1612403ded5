package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.text.PromptSequences.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the real vocabulary of CLIP. */
class PromptSequencesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Larger golden folders, which tests may be given, lack the vocabulary. */
  private static final Path OURS = Path.of("src/test/golden/vectors");

  private static final int LENGTH = 77;
  private static final long END = 49407;
  private static final String FIVE_TOKENS = "a photo of a cat ";

  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = ClipTokenizer.open(OURS.resolve("clip-tokenizer"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  /** Spans, ids and weights that generate/emphasis.py works out from the same rules. */
  @Test
  void areThoseOfTheReference() throws IOException {
    JsonNode rows = JSON.readTree(OURS.resolve("prompts.json").toFile());
    assertThat(rows).hasSizeGreaterThan(100);
    for (JsonNode row : rows) {
      String prompt = row.get("prompt").asText();
      PromptSequences read = divided(prompt, 10);
      assertThat(read.truncated()).as(prompt).isFalse();
      assertThat(read.sequences()).as(prompt).hasSameSizeAs(row.get("ids"));
      for (int i = 0; i < read.sequences().size(); i++) {
        Sequence sequence = read.sequences().get(i);
        assertThat(sequence.ids())
            .as(prompt)
            .isEqualTo(JSON.convertValue(row.get("ids").get(i), long[].class));
        assertThat(sequence.weights())
            .as(prompt)
            .containsExactly(
                JSON.convertValue(row.get("weights").get(i), float[].class), Offset.offset(1e-5f));
      }
    }
  }

  /** What a short prompt costs and gives does not depend on how prompts are written. */
  @Test
  void aShortPromptWithoutMarksIsReadAsEver() {
    for (String prompt : new String[] {"", "a cat, 10:30", FIVE_TOKENS.repeat(15)}) {
      PromptSequences plain = PromptSequences.cut(tokenizer, prompt, LENGTH);
      PromptSequences divided = divided(prompt, 10);
      assertThat(divided.sequences()).as(prompt).hasSize(1);
      assertThat(divided.sequences().get(0))
          .usingRecursiveComparison()
          .isEqualTo(plain.sequences().get(0));
      assertThat(plain.truncated()).isFalse();
    }
  }

  @Test
  void whatIsBeyondTheRoomIsLeftOut() {
    String long375 = FIVE_TOKENS.repeat(75);
    assertThat(divided(long375, 5).truncated()).isFalse();
    assertThat(divided(long375 + "x", 5).truncated()).isTrue();
    assertThat(divided(long375 + "x", 5).sequences()).hasSize(5);
    assertThat(divided("a BREAK b", 1).truncated()).isTrue();
    assertThat(divided("a BREAK b", 1).sequences()).hasSize(1);
    assertThat(PromptSequences.cut(tokenizer, long375, LENGTH).truncated()).isTrue();
  }

  @Test
  void everySequenceHasItsMarksAndItsPadding() {
    for (Sequence sequence : divided(FIVE_TOKENS.repeat(40) + "(x:1.5)", 10).sequences()) {
      assertThat(sequence.ids()).hasSize(LENGTH).startsWith(49406).endsWith(END);
      assertThat(sequence.weights()).hasSize(LENGTH).startsWith(1).endsWith(1);
    }
  }

  private static PromptSequences divided(String prompt, int most) {
    return PromptSequences.divided(tokenizer, PromptParser.parse(prompt), LENGTH, most);
  }
}
