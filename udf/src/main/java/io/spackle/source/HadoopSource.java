package io.spackle.source;

import io.spackle.row.ErrorCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * Files of Hadoop file systems below the allowed prefixes.
 *
 * <p>Locations are read as Hadoop writes them: percent signs stand for themselves. Timeouts and
 * retries are those of the file system.
 */
final class HadoopSource implements ImageSource {

  /** Named one by one: Hadoop would also read http and ftp, past the guard. */
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
   * @throws IllegalArgumentException if a prefix is of a file system that is not on the class path
   */
  HadoopSource(FetchSettings settings, Configuration configuration) {
    this.prefixes = AllowedFiles.of(settings, SCHEMES).stream().map(HadoopSource::path).toList();
    this.maxBytes = settings.maxBytes();
    this.configuration = configuration;
    prefixes.forEach(prefix -> checkConnector(prefix, configuration));
  }

  @Override
  public byte[] fetch(String text) throws InterruptedException {
    var location = Location.of(text);
    Path path = allowed(location);
    try (InputStream in = path.getFileSystem(configuration).open(path)) {
      return BoundedReads.read(in, maxBytes, location);
    } catch (FileNotFoundException e) {
      throw location.notFound();
    } catch (AccessControlException | java.nio.file.AccessDeniedException e) {
      throw location.fault(ErrorCode.FETCH_DENIED, "the file system denies access", e);
    } catch (IllegalArgumentException e) {
      throw location.invalid("no path of this file system: " + e.getMessage());
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

  /** Hadoop shares its file systems over the JVM, so they are not ours to close. */
  @Override
  public void close() {}

  private Path allowed(Location location) {
    Path path = path(location);
    if (prefixes.stream().noneMatch(prefix -> isBelow(path, prefix))) {
      throw location.forbidden(
          "a path below one of spackle.fetch.allow-files expected: " + prefixes);
    }
    return path;
  }

  private static Path path(Location location) {
    if (List.of(location.text().split("/")).contains("..")) {
      throw location.invalid(".. found, a path without it expected");
    }
    try {
      // Hadoop looks schemes up as they are spelled.
      return new Path(location.scheme() + location.text().substring(location.scheme().length()));
    } catch (IllegalArgumentException e) {
      throw location.invalid("no path that Hadoop can read");
    }
  }

  private static boolean isBelow(Path path, Path prefix) {
    return path.toUri().getScheme().equalsIgnoreCase(prefix.toUri().getScheme())
        && authority(path).equalsIgnoreCase(authority(prefix))
        && folder(path).startsWith(folder(prefix));
  }

  private static String authority(Path path) {
    String authority = path.toUri().getAuthority();
    return authority == null ? "" : authority;
  }

  /** With a slash at its end, so that /data is no prefix of /database. */
  private static String folder(Path path) {
    String folder = path.toUri().getPath();
    return folder.endsWith("/") ? folder : folder + "/";
  }

  private static void checkConnector(Path prefix, Configuration configuration) {
    String scheme = prefix.toUri().getScheme();
    try {
      FileSystem.getFileSystemClass(scheme, configuration);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "spackle.fetch.allow-files: "
              + prefix
              + " found, but no file system for "
              + scheme
              + " is on the class path; add its Hadoop connector",
          e);
    }
  }
}
