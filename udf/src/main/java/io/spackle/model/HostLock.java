package io.spackle.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks among the processes of a host, by files that stay. The system frees those of a process that
 * dies. Threads of one JVM, whose locks are one to the system, take turns at all of them.
 */
final class HostLock {

  /** What is done while a lock is held. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  private HostLock() {}

  /** Waits until no other process holds the lock in any way. */
  static synchronized <T> T alone(Path file, Work<T> work) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.lock(); // until the channel is closed
      return work.run();
    }
  }

  /** Waits until no other process holds the lock alone. */
  static synchronized <T> T together(Path file, Work<T> work) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.lock(0, Long.MAX_VALUE, true);
      return work.run();
    }
  }

  /** Does nothing, and does not wait, where anyone holds the lock in any way. */
  static synchronized void ifFree(Path file, Work<?> work) throws IOException {
    try (FileChannel channel = open(file)) {
      if (channel.tryLock() != null) {
        work.run();
      }
    } catch (OverlappingFileLockException e) {
      // This thread holds it.
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
