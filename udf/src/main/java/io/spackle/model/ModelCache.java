package io.spackle.model;

import io.spackle.graph.InvalidModelException;
import io.spackle.row.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Model folders of a host: what is not local is copied once, for all processes, and kept.
 *
 * <p>A copy lies in a folder named by the model's digest, and appears there only when it is whole
 * and has that digest. While one process copies, others wait at a lock file; the lock of a process
 * that died is free, and what it left behind is removed. Whenever a copy is asked for, every byte
 * of it is read and compared with the digest; one that was damaged is replaced.
 *
 * <p>When a model is copied, copies that nobody asked for in 30 days are deleted.
 */
public final class ModelCache {

  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  private static final FileAttribute<?> OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final Duration KEPT = Duration.ofDays(30);
  private static final String LOCK = ".lock";
  private static final String PART = ".part";

  /** Ends the names of small files that tell the digest of what was once listed somewhere. */
  private static final String DIGEST = ".digest";

  private final Path folder;

  /**
   * A copy of this host.
   *
   * @param folder of the model
   * @param digest of its files
   */
  public record Copy(Path folder, String digest) {}

  /** What a copy must be. */
  private record Held(FolderKind kind, String digest) {

    boolean isWhole(Path copy) {
      try {
        return Files.isDirectory(copy) && kind.digest(copy).equals(digest);
      } catch (InvalidModelException | UncheckedIOException e) {
        LOG.warn("the copy {} is damaged and will be made anew: {}", copy, e.getMessage());
        return false;
      }
    }
  }

  private ModelCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The cache in a folder of this host, which is made if missing, readable by its owner only.
   *
   * @param folder an absolute path, or null for one per user among the temporary files
   */
  public static ModelCache in(String folder) {
    String ofUser = "spackle-models-" + System.getProperty("user.name");
    return new ModelCache(
        folder == null ? Path.of(System.getProperty("java.io.tmpdir"), ofUser) : Path.of(folder));
  }

  /**
   * What lies at a location now.
   *
   * <p>Where it is not local, its files are listed, and copied only if what is listed is not known
   * from an earlier time.
   *
   * @param location a local path, a file URI or any Hadoop URI of a folder
   * @param holding what it must be
   * @throws InvalidModelException if it is none
   * @throws IOException if it cannot be listed or copied
   */
  public Copy now(String location, FolderKind holding, Configuration hadoop) throws IOException {
    Optional<Path> here = ifLocal(location);
    if (here.isPresent()) {
      return new Copy(here.get(), holding.digest(here.get()));
    }
    RemoteFolder origin = RemoteFolder.of(location, hadoop);
    String listing = Sha256.hex(holding + origin.listing());
    Path known = folder.resolve(listing + DIGEST);
    makeFolder();
    return HostLock.alone(
        folder.resolve(listing + LOCK),
        () -> {
          if (!Files.exists(known)) {
            write(known, learn(origin, holding, listing));
          }
          touch(known);
          String digest = Files.readString(known);
          return new Copy(whole(origin, new Held(holding, digest)), digest);
        });
  }

  /**
   * A local folder with a model.
   *
   * @param wanted equal digests share a copy
   * @throws UncheckedIOException if it cannot be copied, or is another model by now; nothing is
   *     left under the final name then
   */
  Path local(ModelSettings.Folder wanted, Configuration hadoop) {
    String location = wanted.path();
    Optional<Path> here = ifLocal(location);
    if (here.isPresent()) {
      return here.get();
    }
    try {
      makeFolder();
      return whole(RemoteFolder.of(location, hadoop), new Held(wanted.kind(), wanted.digest()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot copy the model %s to %s: %s".formatted(location, folder, e.getMessage()), e);
    }
  }

  private static Optional<Path> ifLocal(String location) {
    URI uri = new org.apache.hadoop.fs.Path(location).toUri();
    boolean isLocal = uri.getScheme() == null || uri.getScheme().equals("file");
    return isLocal ? Optional.of(Path.of(uri.getPath())) : Optional.empty();
  }

  /** Copies a model to find out its digest, and keeps the copy. */
  private String learn(RemoteFolder origin, FolderKind holding, String listing) throws IOException {
    Path part = folder.resolve(listing + PART);
    try {
      String digest = holding.digest(download(origin, part));
      Held held = new Held(holding, digest);
      HostLock.alone(
          folder.resolve(digest + LOCK),
          () -> held.isWhole(finished(origin, digest)) ? part : place(part, origin, digest));
      return digest;
    } finally {
      delete(part);
    }
  }

  /** A copy that has the digest, made anew if there is none. */
  private Path whole(RemoteFolder origin, Held held) throws IOException {
    Path lock = folder.resolve(held.digest() + LOCK);
    Path copy = finished(origin, held.digest());
    touch(copy.getParent());
    if (!HostLock.together(lock, () -> held.isWhole(copy))) {
      HostLock.alone(lock, () -> held.isWhole(copy) ? copy : fetch(origin, held));
    }
    return copy;
  }

  private Path finished(RemoteFolder origin, String digest) {
    return folder.resolve(digest).resolve(origin.name());
  }

  private Path fetch(RemoteFolder origin, Held held) throws IOException {
    Path part = folder.resolve(held.digest() + PART);
    try {
      String found = held.kind().digest(download(origin, part));
      if (!found.equals(held.digest())) {
        throw new IOException(
            "its digest is %s, expected %s: it changed after the job had looked at it; start the job again"
                .formatted(found, held.digest()));
      }
      return place(part, origin, held.digest());
    } finally {
      delete(part);
    }
  }

  private Path download(RemoteFolder origin, Path part) throws IOException {
    delete(part); // of a process that died
    deleteOld();
    long bytes = origin.bytes();
    long free = Files.getFileStore(folder).getUsableSpace();
    if (bytes > free) {
      throw new IOException(
          "%d bytes found, %d free in %s: make room there or set spackle.model.cache"
              .formatted(bytes, free, folder));
    }
    LOG.info("copying the model {}, {} MB, to {}", origin, bytes / 1_000_000, folder);
    Path copy = Files.createDirectories(part).resolve(origin.name());
    origin.copyTo(copy);
    return copy;
  }

  /** Gives a part its final name, in the place of what had it. */
  private Path place(Path part, RemoteFolder origin, String digest) throws IOException {
    Path copy = finished(origin, digest);
    delete(copy);
    Files.createDirectories(copy.getParent());
    return Files.move(part.resolve(origin.name()), copy, StandardCopyOption.ATOMIC_MOVE);
  }

  private void deleteOld() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.filter(ModelCache::isOld).toList()) {
        String name = entry.getFileName().toString();
        HostLock.ifFree(
            folder.resolve(name.replaceFirst("\\.[a-z]+$", "") + LOCK),
            () -> {
              if (isOld(entry)) { // nobody has asked for it in the meantime
                LOG.info("deleting {}, which nobody asked for in {} days", entry, KEPT.toDays());
                delete(entry);
              }
              return null;
            });
      }
    }
  }

  /** Locks stay: to delete one while another process waits for it would make it two. */
  private static boolean isOld(Path entry) {
    Instant used = Instant.ofEpochMilli(entry.toFile().lastModified());
    return used.isBefore(Instant.now().minus(KEPT)) && !entry.toString().endsWith(LOCK);
  }

  /** Says that it was asked for now, if it is there. */
  private static void touch(Path entry) throws IOException {
    if (Files.exists(entry)) {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    }
  }

  /** Others may write to the folder above, so they could have made this one before us. */
  private void makeFolder() throws IOException {
    Files.createDirectories(folder, OURS_ALONE);
    Path probe = Files.createTempFile(folder, "owner", null);
    boolean isOurs = Files.getOwner(folder).equals(Files.getOwner(probe));
    Files.delete(probe);
    if (!isOurs || Files.isSymbolicLink(folder)) {
      throw new IOException(folder + " belongs to someone else, who could change the model");
    }
  }

  private static void write(Path file, String text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + PART);
    Files.writeString(part, text);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path tree) throws IOException {
    if (Files.notExists(tree)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(tree)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }
}
