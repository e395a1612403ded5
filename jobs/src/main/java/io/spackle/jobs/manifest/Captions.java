package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.spark.HadoopConf;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The texts of captions, files in UTF-8 beside the images.
 *
 * @param folder the root of the images; a link that leads out of it is not followed
 */
record Captions(String folder, HadoopConf hadoop) implements Serializable {

  private static final int MAX_BYTES = 64 * 1024;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * The text, without a byte order mark and blanks around it.
   *
   * @throws IOException whose message follows the name of the file
   */
  String read(FolderFile file) throws IOException {
    byte[] bytes;
    try (InputStream in = open(file.location())) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new IOException("cannot be read: " + e, e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("has more than " + MAX_BYTES + " bytes, no more expected");
    }
    String text = new String(bytes, UTF_8);
    return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).strip();
  }

  private InputStream open(String location) throws IOException {
    if (!location.startsWith("/")) {
      var path = new org.apache.hadoop.fs.Path(location);
      return path.getFileSystem(hadoop.configuration()).open(path);
    }
    Path real = Path.of(location).toRealPath();
    if (!real.startsWith(Path.of(folder).toRealPath())
        || !Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) { // opening a pipe would block
      throw new IOException("a regular file in " + folder + " expected");
    }
    return Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS);
  }
}
