package io.spackle.bundle;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** SHA-256 of texts, bytes and files, in lower-case hex. */
final class Digests {

  private Digests() {}

  /**
   * The digest of a listing in the format of {@code sha256sum}.
   *
   * @param files the digests of files by path
   */
  static String ofListing(Map<String, String> files) {
    StringBuilder lines = new StringBuilder();
    files.forEach((file, hex) -> lines.append(hex).append("  ").append(file).append('\n'));
    return sha256(lines.toString());
  }

  static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    return hex(newSha256().digest(bytes));
  }

  /** The digests of files by their paths in a folder, with slashes. */
  static SortedMap<String, String> sha256(Path root, List<Path> files) {
    Path base = root.toAbsolutePath();
    SortedMap<String, String> digests = new TreeMap<>();
    for (Path file : files) {
      String name = base.relativize(file.toAbsolutePath()).toString().replace('\\', '/');
      digests.put(name, FileDigests.sha256(file));
    }
    return Collections.unmodifiableSortedMap(digests);
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
