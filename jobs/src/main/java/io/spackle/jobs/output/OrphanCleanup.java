package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.regexp_extract;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.files.FileTree;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.sink.NameTemplate;
import io.spackle.spark.HadoopConf;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Success$;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;

/**
 * The deletion of orphaned images, which no published meta row names: of attempts that were killed,
 * of rows that failed halfway, of rows that had more samples before they were replaced. Shards,
 * files of many images, are replaced by ones without the orphans. Only files that must be Spackle's
 * are touched: those with names that it generates, of rows of this run or of replaced meta rows.
 *
 * <p>Until closed it also observes whether Spark loses tasks, which may leave orphans.
 */
public final class OrphanCleanup implements AutoCloseable {

  private static final String KEY = "key";
  private static final String PATH = "path";
  private static final String NAME = "name";
  private static final String IS_OURS = "is_ours";
  private static final StructType FILES =
      StructType.fromDDL("path string, is_ours boolean, name string");
  private static final String SHARD = "shard";
  private static final String LOCATION = "location";

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
   * @param template of the names of images, or null if they are called after their ids
   * @param names by the template, of the rows that this run had to process
   * @param replaced locations of the images of meta rows that this run has replaced
   * @return how many images were deleted
   */
  public long run(NameTemplate template, Dataset<Row> names, Dataset<Row> replaced)
      throws IOException {
    Dataset<Row> files = present(template);
    Dataset<Row> named = names.toDF(NAME).where(col(NAME).isNotNull()).distinct();
    Dataset<Row> ours =
        files
            .where(col(IS_OURS))
            .select(PATH)
            .union(files.join(named, new String[] {NAME}, "left_semi").select(PATH))
            .union(files.join(paths(replaced), new String[] {PATH}, "left_semi").select(PATH))
            .distinct();
    Dataset<Row> kept = paths(output.locations(spark).select(LOCATION));
    return delete(ours.join(kept, new String[] {PATH}, "left_anti")) + shards();
  }

  private long delete(Dataset<Row> orphans) {
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    String images = output.images().toString();
    HadoopConf conf = hadoop;
    ForeachPartitionFunction<Row> delete =
        paths -> deleted.add(delete(new Path(images), paths, conf));
    orphans.foreachPartition(delete);
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
    return output
        .locations(spark)
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

  private static Dataset<Row> paths(Dataset<Row> locations) {
    return locations
        .flatMap(
            (FlatMapFunction<Row, String>) row -> ImagePaths.of(row.getString(0)).iterator(),
            Encoders.STRING())
        .toDF(PATH);
  }

  /**
   * All files in the folder of images: their paths, whether these show that they are Spackle's, and
   * what the template calls them.
   */
  private Dataset<Row> present(NameTemplate template) {
    JavaRDD<Row> files =
        new FileTree(spark, output.images(), path -> FileTree.Visit.ENTER)
            .list()
            .filter(entry -> entry.kind() == FileTree.Kind.FILE)
            .map(
                entry ->
                    RowFactory.create(
                        entry.path(),
                        ImageKeys.isOurs(entry.path()),
                        template == null
                            ? null
                            : ImagePaths.name(entry.path(), template).orElse(null)));
    return spark.createDataFrame(files, FILES);
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
