package io.spackle.jobs.export;

import io.spackle.codec.ImageCodec;
import io.spackle.image.ImageException;
import io.spackle.image.RgbImage;
import io.spackle.row.FilePrefix;
import io.spackle.row.Sha256;
import io.spackle.sink.HadoopFiles;
import io.spackle.task.ImageInspector;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of samples, fetched and checked.
 *
 * @param inspector with the job's rules for fetching
 * @param images URI of the folder of the job's images
 */
record SampleFiles(ImageInspector inspector, String images) implements Serializable {

  /** The folder of images in locations. */
  private static final String FOLDER = "/images/";

  /** The sample cannot be in a data set; the message says why, in words that can be counted. */
  static final class LeftOutException extends Exception {
    private static final long serialVersionUID = 1L;

    LeftOutException(String reason) {
      super(reason);
    }
  }

  /**
   * The bytes of an input.
   *
   * @throws LeftOutException if they are not those that the job read
   */
  byte[] input(Sample.Image image) throws LeftOutException {
    byte[] file =
        inspector
            .file(image.location())
            .orElseThrow(() -> new LeftOutException("input cannot be fetched"));
    if (!Sha256.hex(file).equals(image.digest())) {
      throw new LeftOutException("input changed since the run");
    }
    return file;
  }

  /**
   * The bytes of a generated image.
   *
   * @throws LeftOutException if it is missing, damaged, or of one colour
   */
  byte[] result(Sample.Image image) throws LeftOutException, IOException {
    if (image.location().matches(".*/part-[0-9a-f-]+\\.(tar|parquet)#[^/]*")) {
      throw new LeftOutException("result is in a shard");
    }
    try {
      byte[] bytes = written(image.location());
      if (isBlank(ImageCodec.decode(bytes, inspector.limits()))) {
        throw new LeftOutException("result has one colour");
      }
      return bytes;
    } catch (FileNotFoundException e) {
      throw new LeftOutException("result is missing");
    } catch (ImageException e) {
      throw new LeftOutException("result is damaged");
    }
  }

  /**
   * The mask that the job wrote for a row; null if it wrote none.
   *
   * @param id of the row
   */
  byte[] madeMask(String id) throws IOException {
    String folder = Sha256.hex(id).substring(0, 2); // as for images that are named by ids
    try {
      return read(new Path(images, folder + "/" + FilePrefix.of(id) + "-mask.png"));
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  /** The image of a location, which the output may have had elsewhere when it was written. */
  private byte[] written(String location) throws IOException {
    int at = location.indexOf(FOLDER);
    while (at >= 0) {
      try {
        return read(new Path(images, location.substring(at + FOLDER.length())));
      } catch (FileNotFoundException e) {
        at = location.indexOf(FOLDER, at + 1); // a folder above may have the same name
      }
    }
    throw new FileNotFoundException(location);
  }

  private byte[] read(Path file) throws IOException {
    FileSystem files = HadoopFiles.withoutChecksums(file, inspector.hadoop().configuration());
    try (InputStream in = files.open(file)) {
      return in.readAllBytes();
    }
  }

  private static boolean isBlank(RgbImage image) {
    byte[] pixels = image.pixels();
    for (int i = 3; i < pixels.length; i++) {
      if (pixels[i] != pixels[i - 3]) {
        return false;
      }
    }
    return true;
  }
}
