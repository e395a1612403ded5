package io.spackle.text;

import io.spackle.text.WeightedPrompt.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads emphasis as people write it for AUTOMATIC1111's WebUI.
 *
 * <ul>
 *   <li>{@code (x)} weighs 1.1, {@code ((x))} 1.21 and so on; {@code [x]} weighs 1 / 1.1; {@code
 *       (x:1.3)} weighs 1.3. Nested weights multiply.
 *   <li>{@code \(}, {@code \)}, {@code \[}, {@code \]} and {@code \\} stand for the character
 *       itself; before any other character a backslash is left out.
 *   <li>A bracket that is never closed weighs all that follows; one that was never opened is text,
 *       and so is a weight that is no number or has no bracket.
 *   <li>The word {@code BREAK} divides the prompt into sections.
 * </ul>
 *
 * <p>Neighbours of the same weight are one text, so that they are tokenized as one. In two things
 * this reader is milder than the original: {@code BREAK} divides inside brackets too, and weights
 * are held within -1000 to 1000, beyond which numbers overflow. Prompt editing ({@code [a:b:10]}),
 * alternation ({@code [a|b]}), {@code AND} and extra networks ({@code <lora:x>}) have no meaning
 * here.
 *
 * <p>Time and memory grow in proportion to the text, however its brackets are nested.
 *
 * @see <a href="https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features">its manual,
 *     "Attention/emphasis"</a>
 */
public final class PromptParser {

  private static final float MAX_WEIGHT = 1000;
  private static final double MORE = 1.1;
  private static final double LESS = 1 / 1.1;

  /** An escape, a weight that closes a bracket, a bracket, or text up to the next of these. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\\\(?<escaped>[\\\\()\\[\\]])?"
              + "|:\\s*+(?<weight>[+-]?(?:[0-9]++\\.?+[0-9]*+|\\.[0-9]++))\\s*+\\)"
              + "|[()\\[\\]]"
              + "|[^\\\\()\\[\\]:]++"
              + "|:",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern BREAK =
      Pattern.compile("\\bBREAK\\b", Pattern.UNICODE_CHARACTER_CLASS);

  private enum Kind {
    TEXT,
    /** Text in which no BREAK is looked for. */
    LITERAL,
    ROUND_OPEN,
    ROUND_CLOSE,
    SQUARE_OPEN,
    SQUARE_CLOSE
  }

  /** A part of the text; an opening bracket's weight is known once it is closed. */
  private record Token(Kind kind, String text, double weight) {}

  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Integer> openRound = new ArrayDeque<>(); // places in tokens
  private final Deque<Integer> openSquare = new ArrayDeque<>();

  private PromptParser() {}

  /** Reads a prompt; every text is one. */
  public static WeightedPrompt parse(String prompt) {
    PromptParser parser = new PromptParser();
    Matcher matcher = TOKEN.matcher(prompt);
    while (matcher.find()) {
      parser.read(matcher);
    }
    return parser.weighed();
  }

  /** Pairs brackets: round ones with round ones, whatever square ones do meanwhile. */
  private void read(Matcher matcher) {
    String text = matcher.group();
    String weight = matcher.group("weight");
    switch (text.charAt(0)) {
      case '\\' -> literal(matcher.group("escaped"));
      case '(' -> open(openRound, Kind.ROUND_OPEN, MORE);
      case '[' -> open(openSquare, Kind.SQUARE_OPEN, LESS);
      case ')' -> close(openRound, Kind.ROUND_CLOSE, text, MORE);
      case ']' -> close(openSquare, Kind.SQUARE_CLOSE, text, LESS);
      default -> {
        if (weight == null) {
          tokens.add(new Token(Kind.TEXT, text, 1));
        } else {
          close(openRound, Kind.ROUND_CLOSE, text, Double.parseDouble(weight));
        }
      }
    }
  }

  private void literal(String escaped) {
    if (escaped != null) {
      tokens.add(new Token(Kind.LITERAL, escaped, 1));
    }
  }

  private void open(Deque<Integer> open, Kind kind, double weight) {
    open.push(tokens.size());
    tokens.add(new Token(kind, "", weight));
  }

  private void close(Deque<Integer> open, Kind kind, String text, double weight) {
    if (open.isEmpty()) {
      tokens.add(new Token(Kind.TEXT, text, 1));
      return;
    }
    int opening = open.pop();
    tokens.set(opening, new Token(tokens.get(opening).kind(), "", weight));
    tokens.add(new Token(kind, "", 1));
  }

  private WeightedPrompt weighed() {
    Sections sections = new Sections();
    Deque<Double> round = new ArrayDeque<>(List.of(1.0)); // products, the innermost first
    Deque<Double> square = new ArrayDeque<>(List.of(1.0));
    for (Token token : tokens) {
      float weight = (float) held(round.peek() * square.peek());
      switch (token.kind()) {
        case TEXT -> sections.addDivided(token.text(), weight);
        case LITERAL -> sections.add(token.text(), weight);
        case ROUND_OPEN -> round.push(held(round.peek() * token.weight()));
        case SQUARE_OPEN -> square.push(held(square.peek() * token.weight()));
        case ROUND_CLOSE -> round.pop();
        case SQUARE_CLOSE -> square.pop();
      }
    }
    return sections.prompt();
  }

  private static double held(double weight) {
    return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weight));
  }

  /** Gathers spans, joining neighbours of the same weight. */
  private static final class Sections {

    private final List<List<Span>> done = new ArrayList<>();
    private List<Span> section = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private float weight = 1;

    void addDivided(String part, float partWeight) {
      String[] parts = BREAK.split(part, -1);
      add(parts[0], partWeight);
      for (int i = 1; i < parts.length; i++) {
        endSection();
        add(parts[i], partWeight);
      }
    }

    void add(String part, float partWeight) {
      if (partWeight != weight) {
        endSpan();
        weight = partWeight;
      }
      text.append(part);
    }

    WeightedPrompt prompt() {
      endSection();
      return new WeightedPrompt(done);
    }

    private void endSpan() {
      if (!text.isEmpty()) {
        section.add(new Span(text.toString(), weight));
        text.setLength(0);
      }
    }

    private void endSection() {
      endSpan();
      done.add(section);
      section = new ArrayList<>();
    }
  }
}
