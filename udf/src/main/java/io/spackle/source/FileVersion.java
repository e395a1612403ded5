package io.spackle.source;

import java.nio.file.attribute.BasicFileAttributes;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;

/**
 * Versions of files as texts, by which a file is told from another one of the same location: {@code
 * etag:…} where a store or host gives its content an ETag, else {@code size@time}, in bytes and in
 * milliseconds since 1970. The content is not read for them.
 */
public final class FileVersion {

  /** There is no file. */
  public static final String MISSING = "missing";

  private static final String ETAG = "etag:";

  private FileVersion() {}

  /** The version of a file of Hadoop's file systems. */
  public static String of(FileStatus file) {
    String etag = file instanceof EtagSource store ? store.getEtag() : null;
    return etag == null || etag.isBlank()
        ? of(file.getLen(), file.getModificationTime())
        : ofEtag(etag);
  }

  /** The version of a file of this machine. */
  public static String of(BasicFileAttributes file) {
    return of(file.size(), file.lastModifiedTime().toMillis());
  }

  /** The version of a file that has an ETag, in quotes or without. */
  static String ofEtag(String etag) {
    return ETAG + etag.replace("\"", "");
  }

  static String of(long size, long modified) {
    return size + "@" + modified;
  }

  /**
   * Whether a file was replaced, or appeared. A file that is gone, as after its processing, was
   * not; neither was one whose versions are of two kinds, so that nothing is known.
   *
   * @param recorded its version at an earlier time, or null
   * @param current its version now, or null
   */
  public static boolean isChanged(String recorded, String current) {
    if (recorded == null || current == null || current.equals(MISSING)) {
      return false;
    }
    boolean isComparable =
        recorded.equals(MISSING) || recorded.startsWith(ETAG) == current.startsWith(ETAG);
    return isComparable && !recorded.equals(current);
  }
}
