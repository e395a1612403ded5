package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizedPromptTest {

  /** One id for each letter, between 1 and 2. */
  private static final Tokenizer LETTERS =
      new Tokenizer() {
        @Override
        public long[] encode(String text) {
          return java.util.stream.LongStream.concat(
                  java.util.stream.LongStream.concat(
                      java.util.stream.LongStream.of(1), text.chars().asLongStream()),
                  java.util.stream.LongStream.of(2))
              .toArray();
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
      };

  @Test
  void padsAShortText() {
    TokenizedPrompt prompt = TokenizedPrompt.of(LETTERS, "a");
    assertThat(prompt.ids()).containsExactly(1, 'a', 2, 0, 0);
    assertThat(prompt.truncated()).isFalse();
    assertThat(prompt.tokens()).isEqualTo(3);
  }

  @Test
  void leavesATextThatFits() {
    TokenizedPrompt prompt = TokenizedPrompt.of(LETTERS, "abc");
    assertThat(prompt.ids()).containsExactly(1, 'a', 'b', 'c', 2);
    assertThat(prompt.truncated()).isFalse();
  }

  @Test
  void cutsALongTextAndKeepsItsEndMark() {
    TokenizedPrompt prompt = TokenizedPrompt.of(LETTERS, "abcd");
    assertThat(prompt.ids()).containsExactly(1, 'a', 'b', 'c', 2);
    assertThat(prompt.truncated()).isTrue();
    assertThat(prompt.tokens()).isEqualTo(6);
  }

  @Test
  void takesAnotherLength() {
    assertThat(TokenizedPrompt.of(LETTERS, "abcd", 8).ids())
        .containsExactly(1, 'a', 'b', 'c', 'd', 2, 0, 0);
  }
}
