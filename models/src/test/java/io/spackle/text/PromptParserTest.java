package io.spackle.text;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.text.WeightedPrompt.Span;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PromptParserTest {

  /** Prompts and their spans in A1111's WebUI: {text}weight for each span, / between sections. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # PROMPT              | SPANS
          ''                    | ''
          a cat                 | {a cat}1
          ' a  cat '            | { a  cat }1

          # round brackets: times 1.1 each
          (a)                   | {a}1.1
          ((a))                 | {a}1.21
          (((a)))               | {a}1.331
          a (b) c               | {a }1 {b}1.1 { c}1
          a ((b)) (c)           | {a }1 {b}1.21 { }1 {c}1.1
          (a (b) c)             | {a }1.1 {b}1.21 { c}1.1

          # square brackets: divided by 1.1 each
          [a]                   | {a}0.9091
          [[a]] b               | {a}0.8264 { b}1
          ([a])                 | {a}1
          [a (b) c]             | {a }0.9091 {b}1 { c}0.9091

          # weights
          (a:1.3)               | {a}1.3
          (a:0.5) b             | {a}0.5 { b}1
          (a : 1.3 )            | {a }1.3
          (a:2)                 | {a}2
          (a:2.)                | {a}2
          (a:.5)                | {a}0.5
          (a:+1.5)              | {a}1.5
          (a:-1)                | {a}-1
          (a:0)                 | {a}0
          ((a:1.5))             | {a}1.65
          (a (b:2) c:0.5)       | {a }0.5 {b}1 { c}0.5
          (:1.3)                | ''
          (a:1:1.3)             | {a:1}1.3

          # invalid weights are text
          (a:x)                 | {a:x}1.1
          (a:1.2.3)             | {a:1.2.3}1.1
          (a:)                  | {a:}1.1
          (a:1e3)               | {a:1e3}1.1
          (a:1.3 b)             | {a:1.3 b}1.1
          at 10:30              | {at 10:30}1
          a:1.3)                | {a:1.3)}1
          [a:1.3]               | {a:1.3}0.9091
          [a:1.3)]              | {a:1.3)}0.9091

          # escapes
          a \\(b\\)             | {a (b)}1
          \\[a\\]               | {[a]}1
          (a \\(b\\):1.3)       | {a (b)}1.3
          \\\\                  | {\\}1
          \\\\(a)               | {\\}1 {a}1.1
          a\\b                  | {ab}1
          a\\                   | {a}1
          (a\\)                 | {a)}1.1
          (a\\:1.3)             | {a}1.3

          # unbalanced brackets
          (a                    | {a}1.1
          ((a) b                | {a}1.21 { b}1.1
          a (b [c               | {a }1 {b }1.1 {c}1
          a) b                  | {a) b}1
          a] b                  | {a] b}1
          )(                    | {)}1
          (a [b) c] d           | {a }1.1 {b}1 { c}0.9091 { d}1
          ()                    | ''
          (()[])                | ''

          # adjacent parts of the same weight are joined
          (a)(b)                | {ab}1.1
          (a)[](b)              | {ab}1.1
          a(:5)b                | {ab}1
          (a)([[b]])            | {a}1.1 {b}0.9091

          # sections
          a BREAK b             | {a }1 / { b}1
          BREAK                 | /
          BREAK a               | / { a}1
          a BREAK BREAK b       | {a }1 / { }1 / { b}1
          (a BREAK b:1.2) c     | {a }1.2 / { b}1.2 { c}1
          (a) BREAK [b]         | {a}1.1 { }1 / { }1 {b}0.9091
          aBREAK BREAKb         | {aBREAK BREAKb}1
          BREAK_a break         | {BREAK_a break}1
          a,BREAK,b             | {a,}1 / {,b}1

          # unsupported syntax is text
          a <lora:x:1> AND b    | {a <lora:x:1> AND b}1
          '[a:b:10] [c|d]'      | '{a:b:10}0.9091 { }1 {c|d}0.9091'

          # other scripts
          (猫:1.2) قطة          | {猫}1.2 { قطة}1
          (a:١.٢)               | {a:١.٢}1.1
          （a）                 | {（a）}1
          """)
  void parses(String prompt, String expected) {
    assertThat(shown(PromptParser.parse(prompt))).isEqualTo(expected);
  }

  @Test
  void sampleOfTheApiHasItsWeights() {
    WeightedPrompt prompt =
        PromptParser.parse("((out of frame)), (((mutation))), (missing lips), anime");

    assertThat(shown(prompt))
        .isEqualTo("{out of frame}1.21 {, }1 {mutation}1.331 {, }1 {missing lips}1.1 {, anime}1");
    assertThat(prompt.isWeighted()).isTrue();
    assertThat(prompt.text()).isEqualTo("out of frame, mutation, missing lips, anime");
  }

  @Test
  void textWithoutEmphasisIsOneSpan() {
    WeightedPrompt prompt = PromptParser.parse("a cat, sitting: 10 o'clock");

    assertThat(prompt.sections()).containsExactly(List.of(new Span(prompt.text(), 1)));
    assertThat(prompt.isWeighted()).isFalse();
  }

  @Test
  void textJoinsSectionsWithASpace() {
    assertThat(PromptParser.parse("a (b:1.2)BREAK[c] \\(d\\)").text()).isEqualTo("a b c (d)");
  }

  @Test
  void extremeWeightsAreClamped() {
    assertThat(shown(PromptParser.parse("(a:99999999999999999999)"))).isEqualTo("{a}1000");
    assertThat(shown(PromptParser.parse("(a:-" + "9".repeat(5000) + ")"))).isEqualTo("{a}-1000");
    assertThat(shown(PromptParser.parse("((a:0):" + "9".repeat(5000) + ")"))).isEqualTo("{a}0");
  }

  /** Prompts designed to take exponential time or to overflow the stack. */
  static Stream<String> pathological() {
    int n = 10_000;
    return Stream.of(
        "(".repeat(n) + "a" + ")".repeat(n),
        "[".repeat(n) + "a" + "]".repeat(n),
        "(".repeat(n) + "a",
        "a" + ")".repeat(n),
        "([".repeat(n) + "a" + ")]".repeat(n),
        "(a".repeat(n) + "b:1.1)".repeat(n),
        "(a[b".repeat(n),
        ":".repeat(6 * n),
        ":1".repeat(3 * n),
        ": ".repeat(3 * n) + ")",
        "(a:" + "1".repeat(6 * n),
        "(a:" + " ".repeat(6 * n) + "b",
        " ".repeat(6 * n) + "BREA",
        "BREAK ".repeat(n),
        "\\".repeat(6 * n),
        "(a)(b:2)".repeat(n));
  }

  @ParameterizedTest
  @MethodSource("pathological")
  @Timeout(20)
  void timeIsLinearInTheText(String prompt) {
    assertThat(PromptParser.parse(prompt).sections())
        .allSatisfy(section -> assertThat(section).allMatch(span -> isUsable(span)));
  }

  /** No text is rejected, and no character is lost or invented. */
  @Test
  void everyTextIsAValidPrompt() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(30);
      for (int j = 0; j < length; j++) {
        text.append("()[]:\\ab1. -".charAt(random.nextInt(12)));
      }
      String prompt = text.toString();
      WeightedPrompt parsed = PromptParser.parse(prompt);
      assertThat(parsed.sections()).as(prompt).hasSize(1);
      assertThat(parsed.sections().get(0)).as(prompt).allMatch(span -> isUsable(span));
      assertThat(letters(parsed.text())).as(prompt).isEqualTo(letters(prompt));
    }
  }

  private static boolean isUsable(Span span) {
    return !span.text().isEmpty() && Float.isFinite(span.weight());
  }

  private static String letters(String text) {
    return text.replaceAll("[^ab]", "");
  }

  private static String shown(WeightedPrompt prompt) {
    return prompt.sections().stream()
        .map(section -> section.stream().map(PromptParserTest::shown).collect(joining(" ")))
        .collect(joining(" / "))
        .strip();
  }

  private static String shown(Span span) {
    String weight = String.format(Locale.ROOT, "%.4f", span.weight()).replaceFirst("\\.?0+$", "");
    return "{" + span.text() + "}" + weight;
  }
}
