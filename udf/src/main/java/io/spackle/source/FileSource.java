package io.spackle.source;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Reads regular files below the allowed folders, given as {@code file:} URIs or as absolute paths,
 * in which percent signs are literal.
 */
final class FileSource implements ImageSource {

  /** Never readable, since their files expose the kernel and other processes. */
  private static final List<Path> FORBIDDEN = List.of(Path.of("/proc"), Path.of("/sys"));

  private final List<Path> roots;
  private final long maxBytes;

  FileSource(FetchSettings settings) {
    this.roots =
        settings.allowedFiles(List.of(Location.FILE)).stream().map(FileSource::path).toList();
    this.maxBytes = settings.maxBytes();
  }

  /** The access to a file that may be read. */
  @FunctionalInterface
  private interface Access<T> {
    T apply(Location location, Path real) throws IOException;
  }

  @Override
  public byte[] fetch(String text, Fetching fetching) {
    return with(
        Location.of(text),
        fetching.version(),
        (location, real) -> {
          fetching.version().accept(version(real));
          return read(location, real);
        });
  }

  @Override
  public Optional<String> version(String text) {
    AtomicReference<String> version = new AtomicReference<>();
    try {
      version.set(with(Location.of(text), version::set, (location, real) -> version(real)));
    } catch (RowException e) {
      // it is missing, or nothing is known
    }
    return Optional.ofNullable(version.get());
  }

  private static String version(Path real) throws IOException {
    return FileVersion.of(Files.readAttributes(real, BasicFileAttributes.class));
  }

  @Override
  public void check(String text) {
    with(Location.of(text), version -> {}, this::size);
  }

  /**
   * @param version told if the file is missing
   */
  private <T> T with(Location location, Consumer<String> version, Access<T> access) {
    Path path = path(location);
    // Checked before access, so that messages do not reveal whether other files exist.
    checkAllowed(location, path);
    try {
      Path real = path.toRealPath();
      checkAllowed(location, real);
      // Opening a pipe would block.
      if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
        throw location.forbidden("not a regular file, one expected");
      }
      return access.apply(location, real);
    } catch (NoSuchFileException e) {
      version.accept(FileVersion.MISSING);
      throw location.notFound();
    } catch (AccessDeniedException e) {
      throw location.fault(ErrorCode.FETCH_DENIED, "the permissions of the file deny access", e);
    } catch (IOException e) {
      throw location.fault(ErrorCode.FETCH_UNREACHABLE, "cannot be read: " + e, e);
    }
  }

  private byte[] read(Location location, Path real) throws IOException {
    try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
      return location.readAll(in, maxBytes);
    }
  }

  private long size(Location location, Path real) throws IOException {
    if (!Files.isReadable(real)) {
      throw new AccessDeniedException(real.toString());
    }
    long bytes = Files.size(real);
    if (bytes > maxBytes) {
      throw location.tooLarge(maxBytes);
    }
    return bytes;
  }

  private void checkAllowed(Location location, Path path) {
    boolean allowed =
        roots.stream().anyMatch(root -> path.startsWith(root) || path.startsWith(realOrSame(root)));
    if (!allowed || FORBIDDEN.stream().anyMatch(path::startsWith)) {
      throw location.notAllowed(roots, path.getParent());
    }
  }

  /** The path of a location, without the parts {@code .} and {@code ..}. */
  static Path path(Location location) {
    try {
      Path path = location.isBarePath() ? Path.of(location.text()) : Path.of(localUri(location));
      return path.normalize();
    } catch (InvalidPathException e) {
      throw location.invalid(e.getReason() + ", a path of this file system expected");
    } catch (IllegalArgumentException e) {
      throw location.invalid(e.getMessage() + ", file:/path or an absolute path expected");
    }
  }

  private static URI localUri(Location location) {
    URI uri = location.uri();
    return "localhost".equals(uri.getAuthority()) ? URI.create("file:" + uri.getRawPath()) : uri;
  }

  /** Resolved for each access: a root may be mounted or moved while the job runs. */
  private static Path realOrSame(Path root) {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      return root;
    }
  }
}
