package io.spackle.source;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * Reads files of Hadoop file systems below the allowed prefixes.
 *
 * <p>Locations are parsed as Hadoop's paths: percent signs are literal. Timeouts and retries are
 * those of the file system. S3 may be named s3: or s3n:, and is read by S3A. Hadoop shares its file
 * systems in the JVM, so they are not closed.
 */
final class HadoopSource implements ImageSource {

  /** An explicit list: Hadoop would also read http and ftp, without the address guard. */
  static final List<String> SCHEMES =
      List.of(
          "hdfs",
          "webhdfs",
          "swebhdfs",
          "viewfs",
          "ofs",
          "o3fs",
          "s3a",
          "s3",
          "s3n",
          "gs",
          "abfs",
          "abfss",
          "wasb",
          "wasbs",
          "oss",
          "cosn",
          "obs");

  private final List<Path> prefixes;
  private final long maxBytes;
  private final Configuration configuration;

  /**
   * @throws IllegalArgumentException if the file system of a prefix is not on the class path
   */
  HadoopSource(FetchSettings settings, Configuration configuration) {
    this.prefixes = settings.allowedFiles(SCHEMES).stream().map(HadoopSource::path).toList();
    this.maxBytes = settings.maxBytes();
    this.configuration = configuration;
    prefixes.forEach(prefix -> checkConnector(prefix, configuration));
  }

  @Override
  public byte[] fetch(String text, Fetching fetching) throws InterruptedException {
    return with(
        Location.of(text),
        fetching.version(),
        (location, file) -> {
          // The status spares stores a request of their own for it.
          FileSystem files = file.getPath().getFileSystem(configuration);
          try (InputStream in =
              FutureIO.awaitFuture(files.openFile(file.getPath()).withFileStatus(file).build())) {
            return location.readAll(in, maxBytes);
          }
        });
  }

  @Override
  public Optional<String> version(String text) throws InterruptedException {
    AtomicReference<String> version = new AtomicReference<>();
    try {
      with(Location.of(text), version::set, (location, file) -> file);
    } catch (RowException e) {
      // it is missing, or nothing is known
    }
    return Optional.ofNullable(version.get());
  }

  /** The access to a file that may be read. */
  @FunctionalInterface
  private interface Access<T> {
    T apply(Location location, FileStatus file) throws IOException;
  }

  private <T> T with(Location location, Consumer<String> version, Access<T> access)
      throws InterruptedException {
    Path path = allowed(location);
    try {
      FileStatus file = path.getFileSystem(configuration).getFileStatus(path);
      if (file.isDirectory()) {
        throw new FileNotFoundException("a folder");
      }
      version.accept(FileVersion.of(file));
      return access.apply(location, file);
    } catch (FileNotFoundException e) {
      version.accept(FileVersion.MISSING);
      throw location.notFound();
    } catch (AccessControlException | java.nio.file.AccessDeniedException e) {
      throw location.fault(ErrorCode.FETCH_DENIED, "the file system denies access", e);
    } catch (IllegalArgumentException e) {
      throw location.invalid("not a path of this file system: " + e.getMessage());
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while reading " + location);
      }
      throw location.fault(ErrorCode.FETCH_UNREACHABLE, "cannot be read: " + e, e);
    }
  }

  @Override
  public void check(String text) {
    allowed(Location.of(text));
  }

  private Path allowed(Location location) {
    Path path = path(location);
    List<Path> allowed = prefixes.stream().filter(prefix -> isSameScheme(path, prefix)).toList();
    if (allowed.stream().noneMatch(prefix -> isBelow(path, prefix))) {
      throw location.notAllowed(allowed, path.isRoot() ? path : path.getParent());
    }
    return path;
  }

  /** The path of a location, with S3's scheme as Hadoop names it. */
  static Path path(Location location) {
    if (List.of(location.text().split("/")).contains("..")) {
      throw location.invalid(".. found, a path without it expected");
    }
    try {
      // Hadoop's schemes are case-sensitive.
      String text = location.scheme() + location.text().substring(location.scheme().length());
      return new Path(S3Scheme.toS3a(text));
    } catch (IllegalArgumentException e) {
      throw location.invalid("not a path that Hadoop can parse");
    }
  }

  private static boolean isSameScheme(Path path, Path prefix) {
    return path.toUri().getScheme().equals(prefix.toUri().getScheme());
  }

  private static boolean isBelow(Path path, Path prefix) {
    return authority(path).equalsIgnoreCase(authority(prefix))
        && folder(path).startsWith(folder(prefix));
  }

  private static String authority(Path path) {
    String authority = path.toUri().getAuthority();
    return authority == null ? "" : authority;
  }

  /** With a trailing slash, so that /data is not a prefix of /database. */
  private static String folder(Path path) {
    String folder = path.toUri().getPath();
    return folder.endsWith("/") ? folder : folder + "/";
  }

  private static void checkConnector(Path prefix, Configuration configuration) {
    Connectors.missing(prefix.toUri().getScheme(), configuration)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(
                  "spackle.fetch.allow-files: " + prefix + " found, but " + problem);
            });
  }
}
