package io.spackle.jobs.manifest;

import io.spackle.jobs.manifest.CsvRecords.Line;
import io.spackle.spark.HadoopConf;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CodecPool;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.io.compress.Decompressor;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The files of a manifest, each of which is read from its start by one task.
 *
 * @param paths as URIs, in the order of their rows
 */
record ManifestFiles(List<String> paths, HadoopConf hadoop) implements Serializable {

  private static final int TASKS_PER_CORE = 4;

  /** The files of a batch, or those that a path, folder or pattern names, as Spark finds them. */
  static ManifestFiles of(SparkSession spark, FileManifest settings) {
    HadoopConf hadoop = HadoopConf.of(spark.sparkContext().hadoopConfiguration());
    if (settings.batch() != null) {
      return new ManifestFiles(settings.batch().files(), hadoop);
    }
    String[] found = spark.read().options(settings.options()).text(settings.path()).inputFiles();
    return new ManifestFiles(Stream.of(found).sorted().toList(), hadoop);
  }

  /**
   * Reads the rows of the same files with one of Spark's readers.
   *
   * @return with {@link FileNumbers#FILE} if the files are several of a batch
   */
  static Dataset<Row> read(SparkSession spark, FileManifest settings, String format) {
    DataFrameReader reader = spark.read().options(settings.options()).format(format);
    if (settings.batch() == null) {
      return reader.load(settings.path());
    }
    List<String> files = settings.batch().files();
    Dataset<Row> rows =
        reader.load(files.stream().map(ManifestFiles::withoutPattern).toArray(String[]::new));
    return settings.isOfSeveral() ? FileNumbers.of(files).addTo(rows) : rows;
  }

  /** Spark takes each path for a pattern. */
  private static String withoutPattern(String uri) {
    return new Path(URI.create(uri)).toString().replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
  }

  /** Items of files, such as their paths, in their order. */
  static <T> JavaRDD<T> distributed(SparkSession spark, List<T> items) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int tasks = Math.min(items.size(), TASKS_PER_CORE * context.defaultParallelism());
    return context.parallelize(items, Math.max(1, tasks));
  }

  /** The name of a file, for messages. */
  static String name(String path) {
    return new Path(URI.create(path)).getName();
  }

  /** The first bytes of a file as it is stored. */
  byte[] head(String path, int bytes) throws IOException {
    Path file = new Path(URI.create(path));
    try (InputStream in = file.getFileSystem(hadoop.configuration()).open(file)) {
      return in.readNBytes(bytes);
    }
  }

  /** The content of a file, decompressed if its extension says that it is compressed. */
  InputStream open(String path) throws IOException {
    Path file = new Path(URI.create(path));
    Configuration configuration = hadoop.configuration();
    InputStream stored = file.getFileSystem(configuration).open(file);
    CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
    if (codec == null) {
      return stored;
    }
    Decompressor decompressor = CodecPool.getDecompressor(codec);
    return new FilterInputStream(codec.createInputStream(stored, decompressor)) {
      @Override
      public void close() throws IOException {
        super.close();
        CodecPool.returnDecompressor(decompressor);
      }
    };
  }

  /** Whether the extension of a file says that it is compressed. */
  boolean isCompressed(String path) {
    return new CompressionCodecFactory(hadoop.configuration()).getCodec(new Path(URI.create(path)))
        != null;
  }

  /** The lines of a file, numbered from 1, without a byte order mark. */
  Iterator<Line> lines(String path, Charset charset) throws IOException {
    return lines(path, charset, 0);
  }

  /**
   * The lines of a file, without a byte order mark; it is closed at its end, or with the task.
   *
   * @param before number before that of the first line
   */
  Iterator<Line> lines(String path, Charset charset, long before) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(open(path), charset));
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> close(reader));
    }
    return new Lines(reader, before);
  }

  private static void close(BufferedReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Lines implements Iterator<Line> {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final BufferedReader reader;
    private long number;
    private String next;

    Lines(BufferedReader reader, long before) throws IOException {
      this.reader = reader;
      this.number = before;
      String first = reader.readLine();
      this.next = first != null && first.startsWith(BYTE_ORDER_MARK) ? first.substring(1) : first;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Line next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      number++;
      Line line = new Line(number, next);
      try {
        next = reader.readLine();
        if (next == null) {
          reader.close(); // a task may read many files
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return line;
    }
  }
}
