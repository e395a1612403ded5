package io.spackle.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.row.ImageNames;
import io.spackle.row.Sha256;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template of the names of images, such as {@code {dir}/{name}-{n}}, filled in from the ids of
 * rows. No name leaves the folder of images, whatever the id is.
 *
 * <p>{@code {id}} is the whole id as one part of a path; {@code {dir}} is the id up to its last
 * slash; {@code {name}} is the rest, without the extension of an image; {@code {n}} is the number
 * of the row's sample, from 0. Characters other than letters, digits and a few signs are
 * percent-encoded.
 */
public final class NameTemplate implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final String ID = "{id}";
  private static final String DIR = "{dir}";
  private static final String NAME = "{name}";
  private static final String NUMBER = "{n}";

  private static final Pattern TOKEN = Pattern.compile("\\{[^{}/]*\\}|[^{}]+|[{}]");
  private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._ -]+");
  private static final Set<String> PLACEHOLDERS = Set.of(ID, DIR, NAME, NUMBER);

  /** File names may have 255 bytes; the rest is for literals, the number and the extension. */
  private static final int LONGEST = 200;

  private static final String CUT = "~";
  private static final int HASH_DIGITS = 32;

  /** Beside letters, digits and {@code . _ -}; no shell, store or URL treats them specially. */
  private static final String SIGNS = " ()+,=@";

  /** What the outputs of folders of images are called: as their images. */
  public static final NameTemplate MIRROR = of("{dir}/{name}-{n}");

  private final List<List<String>> parts;

  private NameTemplate(List<List<String>> parts) {
    this.parts = parts;
  }

  /**
   * Parses a template.
   *
   * @throws IllegalArgumentException whose message says what is expected
   */
  public static NameTemplate of(String text) {
    List<List<String>> parts = new ArrayList<>();
    for (String part : text.split("/", -1)) {
      List<String> tokens = tokens(part);
      check(tokens);
      parts.add(tokens);
    }
    NameTemplate template = new NameTemplate(List.copyOf(parts));
    if (!template.has(ID) && !template.has(NAME)) {
      throw new IllegalArgumentException("{id} or {name} expected, which tell rows apart");
    }
    if (parts.stream().flatMap(List::stream).filter(NUMBER::equals).count() > 1) {
      throw new IllegalArgumentException("{n} expected once");
    }
    return template;
  }

  private static List<String> tokens(String part) {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(part);
    while (token.find()) {
      tokens.add(token.group());
    }
    return List.copyOf(tokens);
  }

  private static void check(List<String> part) {
    if (part.isEmpty()) {
      throw new IllegalArgumentException("a path without empty parts expected");
    }
    if (part.get(0).matches("[._ ].*") || part.get(part.size() - 1).endsWith(" ")) {
      throw new IllegalArgumentException(
          "no part of the path may start with a dot, an underscore or a blank, or end with a blank");
    }
    if (part.contains(DIR) && part.size() > 1) {
      throw new IllegalArgumentException("{dir} expected between slashes");
    }
    for (String token : part) {
      if (!PLACEHOLDERS.contains(token) && !LITERAL.matcher(token).matches()) {
        throw new IllegalArgumentException(
            "%s found; {id}, {dir}, {name}, {n}, letters, digits and . _ - / expected"
                .formatted(token));
      }
    }
  }

  private boolean has(String placeholder) {
    return parts.stream().anyMatch(part -> part.contains(placeholder));
  }

  /** Whether the images of a row with several samples have distinct names. */
  public boolean hasNumber() {
    return has(NUMBER);
  }

  /** The name for a row, in which {@code {n}} is still to be filled in. */
  public String name(String id) {
    return name(id, ImageNames.withoutExtension(last(id)));
  }

  /** The same with the extension of the id, for rows that differ only in that. */
  public String fullName(String id) {
    return name(id, last(id));
  }

  private String name(String id, String name) {
    List<String> filled = new ArrayList<>();
    for (List<String> part : parts) {
      if (part.equals(List.of(DIR))) {
        Arrays.stream(dir(id).split("/"))
            .filter(folder -> !folder.isEmpty())
            .map(NameTemplate::encoded)
            .forEach(filled::add);
      } else {
        StringBuilder text = new StringBuilder();
        part.forEach(token -> text.append(filled(token, id, name)));
        filled.add(text.toString());
      }
    }
    return String.join("/", filled);
  }

  private static String filled(String token, String id, String name) {
    return switch (token) {
      case ID -> encoded(id);
      case NAME -> encoded(name);
      default -> token;
    };
  }

  private static String dir(String id) {
    return id.substring(0, Math.max(0, id.lastIndexOf('/')));
  }

  private static String last(String id) {
    String last = id.substring(id.lastIndexOf('/') + 1);
    return last.isEmpty() ? id : last;
  }

  /** A name with the number of a sample. */
  static String numbered(String name, int sample) {
    return name.replace(NUMBER, String.valueOf(sample));
  }

  /**
   * The name behind a path, as {@link #name} returns it; empty if the path is not of this template.
   *
   * @param path without the extension of the image
   */
  public Optional<String> nameOf(String path) {
    Matcher matcher = pattern().matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        hasNumber()
            ? path.substring(0, matcher.start(1)) + NUMBER + path.substring(matcher.end(1))
            : path);
  }

  private Pattern pattern() {
    StringBuilder pattern = new StringBuilder();
    for (List<String> part : parts) {
      if (part.equals(List.of(DIR))) {
        pattern.append("(?:[^/]+/)*");
      } else {
        part.forEach(token -> pattern.append(pattern(token)));
        pattern.append('/');
      }
    }
    return Pattern.compile(pattern.substring(0, pattern.length() - 1));
  }

  private static String pattern(String token) {
    return switch (token) {
      case NUMBER -> "(\\d{1,3})";
      case ID, NAME -> "[^/]+";
      default -> Pattern.quote(token);
    };
  }

  /** One part of a path; distinct texts yield distinct parts. */
  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      boolean isAtEdge = i == 0 || i == points.length - 1;
      encoded.append(
          isKept(points[i], i == 0, isAtEdge) ? Character.toString(points[i]) : hex(points[i]));
    }
    String part = encoded.toString();
    return part.getBytes(UTF_8).length <= LONGEST ? part : cut(part, text);
  }

  private static boolean isKept(int point, boolean isFirst, boolean isAtEdge) {
    if (point >= 0x80) {
      return Character.isLetterOrDigit(point)
          || Character.getType(point) == Character.NON_SPACING_MARK;
    }
    return Character.isLetterOrDigit(point)
        || point == '-'
        || !isFirst && (point == '.' || point == '_')
        || (point != ' ' || !isAtEdge) && SIGNS.indexOf(point) >= 0;
  }

  private static String hex(int point) {
    StringBuilder hex = new StringBuilder();
    for (byte b : Character.toString(point).getBytes(UTF_8)) {
      hex.append(String.format("%%%02X", b));
    }
    return hex.toString();
  }

  /** The digest keeps long parts distinct; no short one contains the mark before it. */
  private static String cut(String part, String text) {
    StringBuilder start = new StringBuilder();
    int bytes = LONGEST - CUT.length() - HASH_DIGITS;
    for (int point : part.codePoints().toArray()) {
      bytes -= Character.toString(point).getBytes(UTF_8).length;
      if (bytes < 0) {
        break;
      }
      start.appendCodePoint(point);
    }
    return start + CUT + Sha256.hex(text).substring(0, HASH_DIGITS);
  }

  @Override
  public String toString() {
    return String.join("/", parts.stream().map(part -> String.join("", part)).toList());
  }
}
