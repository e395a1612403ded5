package io.spackle.jobs.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Paths compared by where they lead, whatever links they go through. */
public final class RealPaths {

  private static final String LOCAL = "file";

  private RealPaths() {}

  /** The path as a complete URI, without the parts {@code .} and {@code ..}. */
  public static Path qualified(Path path, Configuration hadoop) throws IOException {
    URI uri = path.getFileSystem(hadoop).makeQualified(path).toUri().normalize();
    return new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
  }

  /**
   * The path as a complete URI, without links on the local file system. What does not exist yet is
   * resolved as far as it does.
   */
  public static Path of(Path path, Configuration hadoop) throws IOException {
    Path qualified = qualified(path, hadoop);
    return isLocal(qualified) ? new Path(LOCAL, null, local(qualified).toString()) : qualified;
  }

  /** Whether a path of {@link #of} is on this machine's file system. */
  public static boolean isLocal(Path real) {
    return LOCAL.equals(real.toUri().getScheme());
  }

  /** Whether one path of {@link #of} is another or below it. */
  public static boolean isBelow(Path inner, Path outer) {
    return folder(inner).startsWith(folder(outer));
  }

  /** The path of one below another, with slashes; empty if they are the same. */
  public static String relative(Path inner, Path outer) {
    int start = folder(outer).length();
    String uri = inner.toString();
    return uri.length() < start ? "" : uri.substring(start);
  }

  /** With a slash at the end, so that /data is not above /database. */
  private static String folder(Path path) {
    String uri = path.toString();
    return uri.endsWith("/") ? uri : uri + "/";
  }

  private static java.nio.file.Path local(Path path) throws IOException {
    var rest = java.nio.file.Path.of(path.toUri().getPath());
    var missing = java.nio.file.Path.of("");
    while (!Files.exists(rest) && rest.getParent() != null) {
      missing = rest.getFileName().resolve(missing);
      rest = rest.getParent();
    }
    return rest.toRealPath().resolve(missing);
  }
}
