package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.regexp_extract;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.spark.HadoopConf;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterators;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Success$;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/**
 * The deletion of orphaned images, which no published meta row names: of attempts that were killed,
 * of rows that failed halfway, of rows that had more samples before they were replaced. Shards,
 * files of many images, are replaced by ones without the orphans. Only files with names that
 * Spackle generates are touched.
 *
 * <p>Until closed it also observes whether Spark loses tasks, which may leave orphans.
 */
public final class OrphanCleanup implements AutoCloseable {

  private static final String KEY = "key";
  private static final String SHARD = "shard";
  private static final String LOCATION = "location";
  private static final int FOLDERS = 256;

  private final SparkSession spark;
  private final OutputFolder output;
  private final HadoopConf hadoop;
  private final LostTasks lostTasks = new LostTasks();

  private OrphanCleanup(SparkSession spark, OutputFolder output, HadoopConf hadoop) {
    this.spark = spark;
    this.output = output;
    this.hadoop = hadoop;
  }

  /** The cleanup of an output, which observes the tasks of a Spark application from now on. */
  public static OrphanCleanup observing(
      SparkSession spark, OutputFolder output, HadoopConf hadoop) {
    OrphanCleanup cleanup = new OrphanCleanup(spark, output, hadoop);
    spark.sparkContext().addSparkListener(cleanup.lostTasks);
    return cleanup;
  }

  /** Notices tasks that failed or were killed. */
  private static final class LostTasks extends SparkListener {

    private volatile boolean any;

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      any |= !(end.reason() instanceof Success$);
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
      any = true;
    }
  }

  /** Whether any task failed or was killed so far. */
  public boolean tasksWereLost() {
    return lostTasks.any;
  }

  @Override
  public void close() {
    spark.sparkContext().removeSparkListener(lostTasks);
  }

  /**
   * Deletes orphaned images. The caller holds the lease, and all its tasks have finished. Executors
   * list the folders, each task a few of them.
   *
   * @return how many images were deleted
   */
  public long run() throws IOException {
    return singleFiles() + shards();
  }

  private long singleFiles() throws IOException {
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    ForeachPartitionFunction<Row> delete =
        keys -> deleted.add(delete(new Path(images), keys, conf));
    orphans().foreachPartition(delete);
    return deleted.value();
  }

  private long shards() throws IOException {
    List<String> shards =
        output.images("*").stream()
            .map(Path::getName)
            .filter(name -> ImageLayout.ofShard(name).isPresent())
            .toList();
    if (shards.isEmpty()) {
      return 0;
    }
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    ForeachPartitionFunction<Row> keep = rows -> deleted.add(keep(new Path(images), rows, conf));
    spark
        .createDataset(shards, Encoders.STRING())
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

  /** Removes from shards what meta rows do not name; returns how many images were deleted. */
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

  /** The locations of all images and masks that meta rows name. */
  private Dataset<Row> locations() throws IOException {
    return output
        .rows(spark, "output array<string>, meta struct<mask_output: string>")
        .select(explode(concat(col("output"), array(col("meta.mask_output")))).as(LOCATION))
        .where(col(LOCATION).isNotNull());
  }

  /** The keys of single files that no meta row names. */
  private Dataset<Row> orphans() throws IOException {
    Dataset<Row> named =
        locations().select(regexp_extract(col(LOCATION), "[^/]+/[^/]+$", 0).as(KEY));
    return present().join(named, new String[] {KEY}, "left_anti");
  }

  /** The keys of all single files with names that Spackle generates. */
  private Dataset<Row> present() {
    List<String> folders =
        IntStream.range(0, FOLDERS).mapToObj(i -> String.format("%02x", i)).toList();
    int tasks = Math.min(FOLDERS / 4, 4 * spark.sparkContext().defaultParallelism());
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    return spark
        .createDataset(folders, Encoders.STRING())
        .repartition(tasks)
        .mapPartitions(
            (MapPartitionsFunction<String, String>) names -> keys(new Path(images), names, conf),
            Encoders.STRING())
        .toDF(KEY);
  }

  /** Lists folders one at a time: all keys of a task may be too many for its memory. */
  private static Iterator<String> keys(Path images, Iterator<String> folders, HadoopConf conf)
      throws IOException {
    FileSystem fileSystem = fileSystem(images, conf);
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(folders, 0), false)
        .flatMap(folder -> keys(fileSystem, new Path(images, folder)).stream())
        .iterator();
  }

  private static List<String> keys(FileSystem fileSystem, Path folder) {
    List<String> keys = new ArrayList<>();
    try {
      for (FileStatus file : fileSystem.listStatus(folder)) {
        String key = folder.getName() + "/" + file.getPath().getName();
        if (file.isFile() && ImageKeys.isOurs(key)) {
          keys.add(key);
        }
      }
    } catch (FileNotFoundException e) {
      // No image was written to this folder.
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
    return keys;
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
