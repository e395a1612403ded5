package io.spackle.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A folder of this machine's file system. Locations are absolute paths. */
final class LocalSink implements ImageSink {

  private final Path folder;

  LocalSink(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public String write(String key, byte[] bytes) {
    Path target = folder.resolve(key);
    try {
      Files.createDirectories(target.getParent());
      writeThenMove(target, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + target + ": " + e, e);
    }
    return target.toString();
  }

  private static void writeThenMove(Path target, byte[] bytes) throws IOException {
    // Not Files.createTempFile, whose files are readable by their owner only.
    Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
    try {
      Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
