package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The start of the file names of a row's images: the row's id, percent-encoded, and truncated if it
 * is too long.
 *
 * <p>Distinct ids have distinct prefixes. No prefix makes a file hidden, contains a slash or is
 * longer than 220 characters. On file systems that ignore case, ids that differ only in case
 * collide.
 */
public final class FilePrefix {

  /** File names may have 255 bytes; the rest is for the suffix. */
  private static final int LONGEST = 220;

  /** Percent-encoding never yields it, so no short id looks like a truncated one. */
  private static final String CUT = "~";

  private static final int HASH_DIGITS = 32;

  private static final Pattern PARTS = Pattern.compile("%([0-9A-F]{2})|.");

  private FilePrefix() {}

  /** The prefix of an id, which may be any text. */
  public static String of(String id) {
    String encoded = encoded(id);
    if (encoded.length() <= LONGEST) {
      return encoded;
    }
    int kept = LONGEST - CUT.length() - HASH_DIGITS;
    return encoded.substring(0, kept) + CUT + Sha256.hex(id).substring(0, HASH_DIGITS);
  }

  /** The start of the SHA-256 of the id behind a prefix, in hex: 32 digits or more. */
  public static String digest(String prefix) {
    int cut = prefix.length() - CUT.length() - HASH_DIGITS;
    return prefix.length() == LONGEST && prefix.startsWith(CUT, cut)
        ? prefix.substring(cut + CUT.length())
        : Sha256.hex(decoded(prefix));
  }

  private static byte[] decoded(String prefix) {
    var bytes = new ByteArrayOutputStream();
    Matcher parts = PARTS.matcher(prefix);
    while (parts.find()) {
      String hex = parts.group(1);
      bytes.write(hex == null ? parts.group().charAt(0) : Integer.parseInt(hex, 16));
    }
    return bytes.toByteArray();
  }

  private static String encoded(String id) {
    var name = new StringBuilder();
    for (byte b : id.getBytes(UTF_8)) {
      if (isUnreserved(b) && !isHiding(b, name)) {
        name.append((char) b);
      } else {
        name.append(String.format("%%%02X", b));
      }
    }
    return name.toString();
  }

  private static boolean isUnreserved(byte b) {
    return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || isMark(b);
  }

  private static boolean isMark(byte b) {
    return b == '.' || b == '_' || b == '-';
  }

  /** Shells hide names that start with a dot; Spark and Hadoop also those with an underscore. */
  private static boolean isHiding(byte b, StringBuilder name) {
    return name.isEmpty() && (b == '.' || b == '_');
  }
}
