package io.spackle.text;

import io.spackle.text.WeightedPrompt.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parser of the emphasis syntax of AUTOMATIC1111's WebUI.
 *
 * <ul>
 *   <li>{@code (x)} has the weight 1.1, {@code ((x))} 1.21 and so on; {@code [x]} has 1 / 1.1;
 *       {@code (x:1.3)} has 1.3. Nested weights multiply.
 *   <li>{@code \(}, {@code \)}, {@code \[}, {@code \]} and {@code \\} are the literal character;
 *       before any other character a backslash is dropped.
 *   <li>A bracket that is never closed applies to the rest of the prompt; a closing bracket without
 *       an opening one is text, and so is a weight that is not a number or has no bracket.
 *   <li>The word {@code BREAK} divides the prompt into sections.
 * </ul>
 *
 * <p>Adjacent parts of the same weight are joined, so that they are tokenized together. This parser
 * differs from the original in two ways: {@code BREAK} divides inside brackets too, and weights are
 * clamped to [-1000, 1000], so that no number overflows. Prompt editing ({@code [a:b:10]}),
 * alternation ({@code [a|b]}), {@code AND} and extra networks ({@code <lora:x>}) are text.
 *
 * <p>Time and memory are linear in the length of the text, for any nesting of brackets.
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
    /** Text in which BREAK has no meaning. */
    LITERAL,
    ROUND_OPEN,
    ROUND_CLOSE,
    SQUARE_OPEN,
    SQUARE_CLOSE
  }

  /** A part of the text; the weight of an opening bracket is set when it is closed. */
  private record Token(Kind kind, String text, double weight) {}

  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Integer> openRound = new ArrayDeque<>(); // indices in tokens
  private final Deque<Integer> openSquare = new ArrayDeque<>();

  private PromptParser() {}

  /** Parses a prompt; every text is a valid one. */
  public static WeightedPrompt parse(String prompt) {
    PromptParser parser = new PromptParser();
    Matcher matcher = TOKEN.matcher(prompt);
    while (matcher.find()) {
      parser.add(matcher);
    }
    return parser.weighted();
  }

  /** Adds a token; round and square brackets are paired independently of each other. */
  private void add(Matcher matcher) {
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

  private WeightedPrompt weighted() {
    Sections sections = new Sections();
    Deque<Double> round = new ArrayDeque<>(List.of(1.0)); // products, innermost first
    Deque<Double> square = new ArrayDeque<>(List.of(1.0));
    for (Token token : tokens) {
      float weight = (float) clamped(round.peek() * square.peek());
      switch (token.kind()) {
        case TEXT -> sections.addTextWithBreaks(token.text(), weight);
        case LITERAL -> sections.add(token.text(), weight);
        case ROUND_OPEN -> round.push(clamped(round.peek() * token.weight()));
        case SQUARE_OPEN -> square.push(clamped(square.peek() * token.weight()));
        case ROUND_CLOSE -> round.pop();
        case SQUARE_CLOSE -> square.pop();
      }
    }
    return sections.prompt();
  }

  private static double clamped(double weight) {
    return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weight));
  }

  /** Collects spans and joins adjacent ones of the same weight. */
  private static final class Sections {

    private final List<List<Span>> done = new ArrayList<>();
    private List<Span> section = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private float weight = 1;

    void addTextWithBreaks(String part, float partWeight) {
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
