package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.regexp_extract;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.spark.HadoopConf;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * Deletes images that no published meta row names: of attempts that died, of rows that failed
 * halfway, of what replaced rows had more than the new ones. Where many images are one file, that
 * file is replaced by one without them. Only what has a name that Spackle gives is touched.
 * Executors list the folders, one at a time; for whoever holds the claim, all tasks being done.
 */
public final class OrphanCleanup {

  private static final String KEY = "key";
  private static final String SHARD = "shard";
  private static final String LOCATION = "location";
  private static final int FOLDERS = 256;

  private final SparkSession spark;
  private final OutputFolder output;
  private final HadoopConf hadoop;

  public OrphanCleanup(SparkSession spark, OutputFolder output, HadoopConf hadoop) {
    this.spark = spark;
    this.output = output;
    this.hadoop = hadoop;
  }

  /** Returns how many were deleted. */
  public long run() throws IOException {
    return singleFiles() + shards();
  }

  private long singleFiles() throws IOException {
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    ForeachPartitionFunction<Row> delete =
        keys -> deleted.add(delete(new Path(images), keys, conf));
    unnamed().foreachPartition(delete);
    return deleted.value();
  }

  /** Images in files of many. */
  private long shards() throws IOException {
    List<String> present =
        output.images("*").stream()
            .map(Path::getName)
            .filter(name -> ImageLayout.ofShard(name).isPresent())
            .toList();
    if (present.isEmpty()) {
      return 0;
    }
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    ForeachPartitionFunction<Row> keep =
        shards -> deleted.add(keep(new Path(images), shards, conf));
    spark
        .createDataset(present, Encoders.STRING())
        .toDF(SHARD)
        .join(namedInShards(), new String[] {SHARD}, "left")
        .foreachPartition(keep);
    return deleted.value();
  }

  private Dataset<Row> namedInShards() throws IOException {
    String shardAndName = "([^/]+)#([^#]*)$";
    return locations()
        .select(
            regexp_extract(col(LOCATION), shardAndName, 1).as(SHARD),
            regexp_extract(col(LOCATION), shardAndName, 2).as(KEY))
        .groupBy(SHARD)
        .agg(collect_list(KEY).as(KEY));
  }

  private static long keep(Path images, Iterator<Row> shards, HadoopConf conf) throws IOException {
    long deleted = 0;
    while (shards.hasNext()) {
      Row row = shards.next();
      String shard = row.getString(0);
      Set<String> named = row.isNullAt(1) ? Set.of() : Set.copyOf(row.<String>getList(1));
      ImageLayout layout = ImageLayout.ofShard(shard).orElseThrow();
      deleted += layout.keep(new Path(images, shard), named, conf.configuration());
    }
    return deleted;
  }

  private Dataset<Row> locations() throws IOException {
    return output.rows(spark, "output array<string>").select(explode(col("output")).as(LOCATION));
  }

  private Dataset<Row> unnamed() throws IOException {
    Dataset<Row> named =
        locations().select(regexp_extract(col(LOCATION), "[^/]+/[^/]+$", 0).as(KEY));
    return present().join(named, new String[] {KEY}, "left_anti");
  }

  /** The keys of all files that are Spackle's. */
  private Dataset<Row> present() {
    List<String> folders =
        IntStream.range(0, FOLDERS).mapToObj(i -> String.format("%02x", i)).toList();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    return spark
        .createDataset(folders, Encoders.STRING())
        .repartition(FOLDERS / 4)
        .flatMap(
            (FlatMapFunction<String, String>) folder -> keys(new Path(images, folder), conf),
            Encoders.STRING())
        .toDF(KEY);
  }

  private static Iterator<String> keys(Path folder, HadoopConf conf) throws IOException {
    List<String> keys = new ArrayList<>();
    try {
      for (FileStatus file : fileSystem(folder, conf).listStatus(folder)) {
        String key = folder.getName() + "/" + file.getPath().getName();
        if (file.isFile() && ImageKeys.isOurs(key)) {
          keys.add(key);
        }
      }
    } catch (FileNotFoundException e) {
      // No image came to lie there.
    }
    return keys.iterator();
  }

  private static long delete(Path images, Iterator<Row> keys, HadoopConf conf) throws IOException {
    FileSystem fileSystem = fileSystem(images, conf);
    long deleted = 0;
    while (keys.hasNext()) {
      deleted += fileSystem.delete(new Path(images, keys.next().getString(0)), false) ? 1 : 0;
    }
    return deleted;
  }

  private static FileSystem fileSystem(Path path, HadoopConf conf) throws IOException {
    return AtomicFiles.of(path, conf.configuration()).system();
  }
}
