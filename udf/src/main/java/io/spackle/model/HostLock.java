package io.spackle.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks between the processes of a host, by lock files that are never deleted. The system releases
 * the locks of a process that ends. The system does not distinguish the threads of a JVM, so only
 * one of them works under these locks at a time.
 */
final class HostLock {

  /** The work done while a lock is held. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  private HostLock() {}

  /** Waits until no other process holds the lock in any mode. */
  static synchronized <T> T exclusive(Path file, Work<T> work) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.lock(); // until the channel is closed
      return work.run();
    }
  }

  /** Waits until no other process holds the lock exclusively. */
  static synchronized <T> T shared(Path file, Work<T> work) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.lock(0, Long.MAX_VALUE, true);
      return work.run();
    }
  }

  /** Does the work unless the lock is held in any mode; does not wait. */
  static synchronized void ifFree(Path file, Work<?> work) throws IOException {
    try (FileChannel channel = open(file)) {
      if (channel.tryLock() != null) {
        work.run();
      }
    } catch (OverlappingFileLockException e) {
      // This thread holds the lock.
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
