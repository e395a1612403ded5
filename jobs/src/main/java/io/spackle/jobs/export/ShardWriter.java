package io.spackle.jobs.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sha2;

import io.spackle.jobs.export.SampleFiles.LeftOutException;
import io.spackle.sink.TarFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Writes samples as shards of WebDataset, {@code train-000000.tar} and so on, in an order that
 * looks random but is always the same.
 */
final class ShardWriter implements FlatMapGroupsFunction<String, Row, Row> {

  private static final long serialVersionUID = 1L;

  private static final String SHARD = "shard";
  private static final String ORDER = "order";

  private final SampleFiles files;
  private final String folder;

  private ShardWriter(SampleFiles files, String folder) {
    this.files = files;
    this.folder = folder;
  }

  /**
   * Writes the shards of samples when the result is read.
   *
   * @param folder URI of the data set
   * @param perShard maximum number of samples
   * @return a row of {@link Written} for each sample
   */
  static Dataset<Row> write(Dataset<Row> samples, SampleFiles files, String folder, int perShard) {
    Column order = sha2(col(ExportRows.RESULT + "_name").cast("binary"), 256);
    Column place = row_number().over(Window.partitionBy(ExportRows.SPLIT).orderBy(ORDER));
    Column number = floor(place.minus(1).divide(perShard));
    return samples
        .withColumn(ORDER, order)
        .withColumn(SHARD, format_string("%s-%06d.tar", col(ExportRows.SPLIT), number))
        .groupByKey((MapFunction<Row, String>) row -> row.getAs(SHARD), Encoders.STRING())
        .flatMapSortedGroups(
            new Column[] {col(ORDER)},
            new ShardWriter(files, folder),
            Encoders.row(Written.SCHEMA));
  }

  @Override
  public Iterator<Row> call(String shard, Iterator<Row> rows) throws IOException {
    List<Row> written = new ArrayList<>();
    Path target = new Path(folder, shard);
    try (TarFile tar = TarFile.create(target, files.inspector().hadoop().configuration())) {
      boolean isEmpty = true;
      while (rows.hasNext()) {
        Sample sample = Sample.of(rows.next());
        try {
          written.add(Written.of(add(sample, tar), List.of(shard)));
          isEmpty = false;
        } catch (LeftOutException e) {
          written.add(Written.leftOut(sample, e.getMessage()));
        }
      }
      if (!isEmpty) {
        tar.finish();
      }
    }
    return written.iterator();
  }

  /** Adds a sample; returns it without its mask if there is none. */
  private Sample add(Sample planned, TarFile tar) throws IOException, LeftOutException {
    byte[] mask = mask(planned);
    Sample sample = mask == null ? planned.withoutMask() : planned;
    List<Entry> entries = new ArrayList<>();
    entries.add(input(ExportRows.PERSON, sample.person()));
    if (sample.garment() != null) {
      entries.add(input(ExportRows.GARMENT, sample.garment()));
    }
    if (mask != null) {
      entries.add(new Entry(ExportRows.MASK + "." + sample.mask().extension(), mask));
    }
    String result = ExportRows.RESULT + "." + sample.result().extension();
    entries.add(new Entry(result, files.result(sample.result())));
    entries.add(new Entry("txt", caption(sample).getBytes(UTF_8)));
    entries.add(new Entry("json", Written.json(sample).getBytes(UTF_8)));
    String name = sample.result().name();
    String key = name.substring(0, name.lastIndexOf('.')).replace(".", "%2E"); // ends at a dot
    for (Entry entry : entries) { // only once all of them are there
      tar.add(key + "." + entry.name(), entry.bytes());
    }
    return sample;
  }

  private byte[] mask(Sample sample) throws IOException, LeftOutException {
    return sample.mask().location() == null
        ? files.madeMask(sample.origin().id())
        : files.input(sample.mask());
  }

  /** A part of a sample. */
  private record Entry(String name, byte[] bytes) {}

  private Entry input(String kind, Sample.Image image) throws LeftOutException {
    return new Entry(kind + "." + image.extension(), files.input(image));
  }

  private static String caption(Sample sample) {
    return sample.caption() == null ? "" : sample.caption();
  }
}
