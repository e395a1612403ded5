package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.text.PromptSequences.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Long prompts with the real vocabulary of CLIP, truncation with a vocabulary of letters. */
class PromptSequencesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** In this project: other golden folders (-Dgolden.dir) lack the vocabulary. */
  private static final Path VECTORS = Path.of("src/test/golden/vectors");

  private static final int LENGTH = 77;
  private static final long END = 49407;
  private static final String FIVE_TOKENS = "a photo of a cat ";

  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = ClipTokenizer.open(VECTORS.resolve("clip-tokenizer"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  /** Ids and weights computed by generate/emphasis.py from the same rules. */
  @Test
  void idsAndWeightsEqualTheReference() throws IOException {
    JsonNode rows = JSON.readTree(VECTORS.resolve("prompts.json").toFile());
    assertThat(rows).hasSizeGreaterThan(100);
    for (JsonNode row : rows) {
      String prompt = row.get("prompt").asText();
      PromptSequences found = divided(prompt, 10);
      assertThat(found.truncated()).as(prompt).isFalse();
      assertThat(found.sequences()).as(prompt).hasSameSizeAs(row.get("ids"));
      for (int i = 0; i < found.sequences().size(); i++) {
        Sequence sequence = found.sequences().get(i);
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

  /** The prompt syntax changes neither result nor cost of a short prompt without emphasis. */
  @Test
  void shortPromptsWithoutEmphasisAreTheSameInEitherSyntax() {
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
  void tokensBeyondTheLastSequenceAreDropped() {
    String long375 = FIVE_TOKENS.repeat(75);
    assertThat(divided(long375, 5).truncated()).isFalse();
    assertThat(divided(long375 + "x", 5).truncated()).isTrue();
    assertThat(divided(long375 + "x", 5).sequences()).hasSize(5);
    assertThat(divided("a BREAK b", 1).truncated()).isTrue();
    assertThat(divided("a BREAK b", 1).sequences()).hasSize(1);
    assertThat(PromptSequences.cut(tokenizer, long375, LENGTH).truncated()).isTrue();
  }

  @Test
  void everySequenceHasStartAndEndTokensAndPadding() {
    for (Sequence sequence : divided(FIVE_TOKENS.repeat(40) + "(x:1.5)", 10).sequences()) {
      assertThat(sequence.ids()).hasSize(LENGTH).startsWith(49406).endsWith(END);
      assertThat(sequence.weights()).hasSize(LENGTH).startsWith(1).endsWith(1);
    }
  }

  private static PromptSequences divided(String prompt, int most) {
    return PromptSequences.divided(tokenizer, PromptParser.parse(prompt), LENGTH, most);
  }

  @Test
  void shortTextsArePadded() {
    assertThat(cut("a", 5)).containsExactly(1, 'a', 2, 0, 0);
    assertThat(isTruncated("a", 5)).isFalse();
  }

  @Test
  void textsOfTheExactLengthAreUnchanged() {
    assertThat(cut("abc", 5)).containsExactly(1, 'a', 'b', 'c', 2);
    assertThat(isTruncated("abc", 5)).isFalse();
  }

  @Test
  void longTextsAreTruncatedAndKeepTheirEndToken() {
    assertThat(cut("abcd", 5)).containsExactly(1, 'a', 'b', 'c', 2);
    assertThat(isTruncated("abcd", 5)).isTrue();
    assertThat(cut("abcd", 8)).containsExactly(1, 'a', 'b', 'c', 'd', 2, 0, 0);
  }

  private static long[] cut(String text, int length) {
    return PromptSequences.cut(new Letters(), text, length).sequences().get(0).ids();
  }

  private static boolean isTruncated(String text, int length) {
    return PromptSequences.cut(new Letters(), text, length).truncated();
  }

  /** One id per letter, start token 1, end token 2. */
  private static final class Letters implements Tokenizer {

    @Override
    public long[] encode(String text) {
      LongStream marked = LongStream.concat(LongStream.of(1), text.chars().asLongStream());
      return LongStream.concat(marked, LongStream.of(2)).toArray();
    }

    @Override
    public long padId() {
      return 0;
    }

    @Override
    public int maxLength() {
      return 5;
    }

    @Override
    public void close() {}
  }
}
