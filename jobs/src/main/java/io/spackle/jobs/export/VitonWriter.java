package io.spackle.jobs.export;

import io.spackle.jobs.export.SampleFiles.LeftOutException;
import io.spackle.row.Sha256;
import io.spackle.sink.HadoopFiles;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * Writes samples as the files of VITON-HD: {@code image}, {@code cloth} and {@code agnostic-mask}
 * of a split, and {@code result} beside them. An input that is already there is kept.
 */
final class VitonWriter implements MapFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  private static final String MASKS = "agnostic-mask";

  private final SampleFiles files;
  private final String folder;

  private VitonWriter(SampleFiles files, String folder) {
    this.files = files;
    this.folder = folder;
  }

  /**
   * Writes the files of samples when the result is read.
   *
   * @param folder URI of the data set
   * @return a row of {@link Written} for each sample
   */
  static Dataset<Row> write(Dataset<Row> samples, SampleFiles files, String folder) {
    return samples.map(new VitonWriter(files, folder), Encoders.row(Written.SCHEMA));
  }

  @Override
  public Row call(Row row) throws IOException {
    Sample sample = Sample.of(row);
    try (Folder target = new Folder(sample.split())) {
      byte[] result = files.result(sample.result());
      target.copy("image", sample.person());
      target.copy("cloth", sample.garment());
      boolean hasMask = addMask(sample, target);
      target.write("result", sample.result().name(), result);
      return Written.of(hasMask ? sample : sample.withoutMask(), target.written);
    } catch (LeftOutException e) {
      return Written.leftOut(sample, e.getMessage());
    }
  }

  private boolean addMask(Sample sample, Folder target) throws IOException, LeftOutException {
    if (sample.mask().location() != null) {
      target.copy(MASKS, sample.mask());
      return true;
    }
    byte[] made = files.madeMask(sample.origin().id());
    if (made != null) {
      target.write(MASKS, sample.mask().name(), made);
    }
    return made != null;
  }

  /** The folder of a split. */
  private final class Folder implements AutoCloseable {
    private final String split;
    private final Configuration hadoop = files.inspector().hadoop().configuration();
    private final ImageSink sink = ImageSinks.forUri(folder, hadoop);
    private final List<String> written = new ArrayList<>();

    Folder(String split) {
      this.split = split;
    }

    void copy(String part, Sample.Image image) throws IOException, LeftOutException {
      String key = split + "/" + part + "/" + image.name();
      if (image.digest().equals(digest(new Path(folder, key), hadoop))) {
        written.add(key);
      } else {
        write(part, image.name(), files.input(image));
      }
    }

    void write(String part, String name, byte[] bytes) {
      String key = split + "/" + part + "/" + name;
      sink.write(key, bytes);
      written.add(key);
    }

    @Override
    public void close() {
      sink.close();
    }
  }

  /** The digest of a file; null if there is none. */
  private static String digest(Path file, Configuration hadoop) throws IOException {
    FileSystem system = HadoopFiles.withoutChecksums(file, hadoop);
    try (InputStream in = system.open(file)) {
      return Sha256.hex(in.readAllBytes());
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
