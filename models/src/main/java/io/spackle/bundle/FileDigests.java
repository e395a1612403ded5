package io.spackle.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SHA-256 of files. This process reads a file once, however many ask for its digest and when, until
 * the file changes: gigabytes of weights take seconds.
 *
 * <p>A file counts as unchanged if its identity, its size and its time of modification are the
 * same. One that was modified just now is read each time, since a file system may give a second
 * change the same time.
 */
final class FileDigests {

  private static final int CHUNK = 1 << 16;

  /** Longer than the steps in which file systems count time: 2 s on FAT, less on others. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  private static final Map<Version, CompletableFuture<String>> KNOWN = new ConcurrentHashMap<>();

  private FileDigests() {}

  /**
   * A file as it was found.
   *
   * @param identity the inode, or null where there are none
   */
  private record Version(Path file, Object identity, long bytes, FileTime modified) {

    static Version of(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(
            file.toAbsolutePath(), found.fileKey(), found.size(), found.lastModifiedTime());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isSettled() {
      return modified.toInstant().isBefore(Instant.now().minus(SETTLED));
    }
  }

  /**
   * The digest of a file, in lower-case hex; waits while another thread reads it.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  static String sha256(Path file) {
    Version version = Version.of(file);
    if (!version.isSettled()) {
      return read(file);
    }
    CompletableFuture<String> reading = new CompletableFuture<>();
    CompletableFuture<String> known = KNOWN.putIfAbsent(version, reading);
    return known == null ? read(version, reading) : result(known, file);
  }

  private static String read(Version version, CompletableFuture<String> reading) {
    try {
      String digest = read(version.file());
      reading.complete(digest);
      return digest;
    } catch (RuntimeException | Error e) {
      KNOWN.remove(version);
      reading.completeExceptionally(e);
      throw e;
    }
  }

  /** What another thread has read; if it failed, this one tries. */
  private static String result(CompletableFuture<String> known, Path file) {
    try {
      return known.join();
    } catch (CompletionException e) {
      return read(file);
    }
  }

  private static String read(Path file) {
    MessageDigest digest = Digests.newSha256();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Digests.hex(digest.digest());
  }
}
