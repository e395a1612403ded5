package io.spackle.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Model folders of a host: what is not local is copied once, for all processes, and kept.
 *
 * <p>A copy is named by the model's digest and appears under that name only when it is whole. While
 * one process copies, others wait at a lock file; what a dead one left behind is removed.
 */
final class ModelCache {

  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  private static final FileAttribute<?> OURS_ALONE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;

  /**
   * @param folder of the copies; made if missing, readable by its owner only
   */
  ModelCache(Path folder) {
    this.folder = folder;
  }

  /** The cache in the folder for temporary files, one per user. */
  static ModelCache ofHost() {
    String name = "spackle-models-" + System.getProperty("user.name");
    return new ModelCache(Path.of(System.getProperty("java.io.tmpdir"), name));
  }

  /**
   * A local folder with the model.
   *
   * @param model equal digests share a copy
   * @throws UncheckedIOException if it cannot be copied; nothing is left under the final name then
   */
  Path local(StageSettings.Folder model, Configuration hadoop) {
    String location = model.path();
    URI uri = new org.apache.hadoop.fs.Path(location).toUri();
    if (uri.getScheme() == null || uri.getScheme().equals("file")) {
      return Path.of(uri.getPath());
    }
    try {
      Path copy = folder.resolve(fileName(model.digest()));
      return Files.isDirectory(copy) ? copy : copyLocked(location, copy, hadoop);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the model " + location + " to " + folder, e);
    }
  }

  private Path copyLocked(String from, Path to, Configuration hadoop) throws IOException {
    makeFolder();
    Path lockFile = folder.resolve(to.getFileName() + ".lock");
    synchronized (ModelCache.class) { // a file lock belongs to the whole JVM
      try (FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock(); // until the channel is closed
        if (!Files.isDirectory(to)) {
          copy(from, to, hadoop);
        }
        return to;
      }
    }
  }

  private void copy(String from, Path to, Configuration hadoop) throws IOException {
    Path part = folder.resolve(to.getFileName() + ".part");
    delete(part);
    LOG.info("copying the model {} to {}", from, to);
    var source = new org.apache.hadoop.fs.Path(from);
    FileSystem fileSystem = source.getFileSystem(hadoop);
    try {
      FileUtil.copy(fileSystem, source, part.toFile(), false, hadoop);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(part);
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

  private static String fileName(String digest) {
    return digest.replaceAll("[^A-Za-z0-9]", "_");
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
