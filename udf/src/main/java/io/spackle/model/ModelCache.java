package io.spackle.model;

import io.spackle.graph.InvalidModelException;
import io.spackle.model.ModelSettings.FolderKind;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of model folders on a host: a folder that is not local is copied once, for all
 * processes, and kept.
 *
 * <p>A copy is in a folder named by the model's digest, and appears there only when it is complete
 * and has that digest. While one process copies, others wait for a lock file; the system releases
 * the lock of a process that crashed, and the next one removes its partial copy. Whenever a copy is
 * requested, it is compared with the digest; a damaged copy is replaced. A process reads a file for
 * that once, until the file changes.
 *
 * <p>When a model is copied, copies that were not used for 30 days are deleted. Other files in the
 * folder are left alone.
 */
public final class ModelCache {

  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final Duration MAX_UNUSED = Duration.ofDays(30);
  private static final String LOCK = ".lock";
  private static final String PART = ".part";

  /** The suffix of small files that store the digest of a remote listing's content. */
  private static final String DIGEST = ".digest";

  /** The names of copies and their files; the cache may share its folder with others. */
  private static final Pattern OWN_NAME = Pattern.compile("([0-9a-f]{64})(\\.digest)?(\\.part)?");

  private final Path folder;

  /**
   * A folder on this host.
   *
   * @param folder local path
   * @param digest of its files
   */
  public record Copy(Path folder, String digest) {}

  /** The expected content of a copy. */
  private record Content(FolderKind kind, String digest) {

    boolean isIn(Path copy) {
      try {
        return Files.isDirectory(copy) && kind.digest(copy).equals(digest);
      } catch (InvalidModelException | UncheckedIOException e) {
        LOG.warn("the copy {} is damaged and will be replaced: {}", copy, e.getMessage());
        return false;
      }
    }
  }

  private ModelCache(Path folder) {
    this.folder = folder;
  }

  /**
   * The cache in a folder of this host, which is created if missing, accessible to its owner only.
   *
   * @param folder an absolute path, or null for one per user in the temporary folder
   */
  public static ModelCache in(String folder) {
    String defaultName = "spackle-models-" + System.getProperty("user.name");
    return new ModelCache(
        folder == null
            ? Path.of(System.getProperty("java.io.tmpdir"), defaultName)
            : Path.of(folder));
  }

  /**
   * The current content of a location.
   *
   * <p>A remote folder is listed, and copied only if the same listing was not copied before.
   *
   * @param location a local path, a file URI or any Hadoop URI of a folder
   * @param kind of the expected content
   * @throws InvalidModelException if it has other content
   * @throws IOException if it cannot be listed or copied
   */
  public Copy now(String location, FolderKind kind, Configuration hadoop) throws IOException {
    Optional<Path> local = ifLocal(location);
    if (local.isPresent()) {
      return new Copy(local.get(), kind.digest(local.get()));
    }
    RemoteFolder origin = RemoteFolder.of(location, hadoop);
    String listing = Sha256.hex(kind + origin.listing());
    Path digestFile = folder.resolve(listing + DIGEST);
    makeFolder();
    return HostLock.exclusive(
        folder.resolve(listing + LOCK),
        () -> {
          if (!Files.exists(digestFile)) {
            write(digestFile, copyNew(origin, kind, listing));
          }
          touch(digestFile);
          String digest = Files.readString(digestFile);
          return new Copy(verified(origin, new Content(kind, digest)), digest);
        });
  }

  /** Reads the files of a model in a local folder, whose digest this process then knows. */
  public static void readAhead(String location) {
    try {
      ifLocal(location).filter(Files::isDirectory).ifPresent(FolderKind.MODEL::digest);
    } catch (InvalidModelException | UncheckedIOException | IllegalArgumentException e) {
      LOG.debug("the model {} is read later", location, e); // which reports the problem
    }
  }

  /**
   * The local path of a folder, which is copied if necessary.
   *
   * @param remote folders with equal digests share a copy
   * @throws UncheckedIOException if it cannot be copied, or its content has changed; the copy then
   *     does not appear under its final name
   */
  Path local(ModelSettings.Folder remote, Configuration hadoop) {
    String location = remote.path();
    Optional<Path> local = ifLocal(location);
    if (local.isPresent()) {
      return local.get();
    }
    try {
      makeFolder();
      return verified(
          RemoteFolder.of(location, hadoop), new Content(remote.kind(), remote.digest()));
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

  /** Copies a folder of unknown digest, keeps the copy and returns its digest. */
  private String copyNew(RemoteFolder origin, FolderKind kind, String listing) throws IOException {
    Path part = folder.resolve(listing + PART);
    try {
      String digest = kind.digest(download(origin, part));
      Content content = new Content(kind, digest);
      HostLock.exclusive(
          folder.resolve(digest + LOCK),
          () -> content.isIn(finalPath(origin, digest)) ? part : place(part, origin, digest));
      return digest;
    } finally {
      delete(part);
    }
  }

  /** The copy with the expected content; made if it is missing or damaged. */
  private Path verified(RemoteFolder origin, Content content) throws IOException {
    Path lock = folder.resolve(content.digest() + LOCK);
    Path copy = finalPath(origin, content.digest());
    touch(copy.getParent());
    if (!HostLock.shared(lock, () -> content.isIn(copy))) {
      HostLock.exclusive(lock, () -> content.isIn(copy) ? copy : fetch(origin, content));
    }
    return copy;
  }

  private Path finalPath(RemoteFolder origin, String digest) {
    return folder.resolve(digest).resolve(origin.name());
  }

  private Path fetch(RemoteFolder origin, Content content) throws IOException {
    Path part = folder.resolve(content.digest() + PART);
    try {
      String found = content.kind().digest(download(origin, part));
      if (!found.equals(content.digest())) {
        throw new IOException(
            "its digest is %s, expected %s: the folder changed after the job started; start the job again"
                .formatted(found, content.digest()));
      }
      return place(part, origin, content.digest());
    } finally {
      delete(part);
    }
  }

  private Path download(RemoteFolder origin, Path part) throws IOException {
    delete(part); // left by a process that crashed
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

  /** Moves a complete copy to its final name, replacing a damaged one. */
  private Path place(Path part, RemoteFolder origin, String digest) throws IOException {
    Path copy = finalPath(origin, digest);
    delete(copy);
    Files.createDirectories(copy.getParent());
    return Files.move(part.resolve(origin.name()), copy, StandardCopyOption.ATOMIC_MOVE);
  }

  private void deleteOld() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.filter(ModelCache::isOld).toList()) {
        Matcher own = OWN_NAME.matcher(entry.getFileName().toString());
        if (own.matches()) {
          HostLock.ifFree(folder.resolve(own.group(1) + LOCK), () -> deleteIfOld(entry));
        }
      }
    }
  }

  /** Lock files stay: a process may wait for one that is deleted while another creates it again. */
  private static boolean deleteIfOld(Path entry) throws IOException {
    boolean isUnused = isOld(entry); // it may have been used in the meantime
    if (isUnused) {
      LOG.info("deleting {}, unused for {} days", entry, MAX_UNUSED.toDays());
      delete(entry);
    }
    return isUnused;
  }

  private static boolean isOld(Path entry) {
    Instant used = Instant.ofEpochMilli(entry.toFile().lastModified());
    return used.isBefore(Instant.now().minus(MAX_UNUSED));
  }

  /** Records that an entry was used now, if it exists. */
  private static void touch(Path entry) throws IOException {
    if (Files.exists(entry)) {
      Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
    }
  }

  /** Other users may write to the parent folder, so they could have created this folder. */
  private void makeFolder() throws IOException {
    Files.createDirectories(folder, OWNER_ONLY);
    Path probe = Files.createTempFile(folder, "owner", null);
    boolean isOwned = Files.getOwner(folder).equals(Files.getOwner(probe));
    Files.delete(probe);
    if (!isOwned || Files.isSymbolicLink(folder)) {
      throw new IOException(folder + " belongs to another user, who could change the model");
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
