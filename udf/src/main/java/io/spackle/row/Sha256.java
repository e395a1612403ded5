package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests as 64 lower-case hex digits. */
public final class Sha256 {

  private Sha256() {}

  /** The digest of a text in UTF-8. */
  public static String hex(String text) {
    return hex(text.getBytes(UTF_8));
  }

  /** The digest of bytes. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(algorithm().digest(bytes));
  }

  private static MessageDigest algorithm() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
