package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.regexp_extract;

import io.spackle.jobs.files.FileTree;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.sink.HadoopFiles;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.sink.NameTemplate;
import io.spackle.spark.HadoopConf;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Success$;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FilterFunction;
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
   * Deletes orphaned images. All tasks of the run have finished. Executors list the folders, each
   * task a few of them.
   *
   * <p>Images that are newer than the last heartbeat stay: if this run is suspended and another one
   * takes over meanwhile, they are its images, whose meta rows are not published yet.
   *
   * @param lease of the run
   * @param template of the names of images, or null if they are called after their ids
   * @param names by the template, of the rows that this run had to process
   * @param replaced locations of the images of meta rows that this run has replaced
   * @return how many images were deleted
   */
  public long run(Lease lease, NameTemplate template, Dataset<Row> names, Dataset<Row> replaced)
      throws IOException {
    Deletion deletion =
        new Deletion(
            output.images().toString(),
            output.meta().toString(),
            lease.run(),
            lease.confirm(),
            hadoop);
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
    return singleFiles(ours.join(kept, new String[] {PATH}, "left_anti"), deletion)
        + shards(files.select(PATH), deletion);
  }

  /**
   * What executors delete, and for whom.
   *
   * @param images URI of their folder
   * @param meta URI of the folder of meta files
   * @param run that deletes them
   * @param latest images that are newer stay, by the file system's clock
   */
  private record Deletion(String images, String meta, String run, Instant latest, HadoopConf hadoop)
      implements Serializable {

    /** Deletes single files; returns how many there were. */
    long delete(Iterator<Row> keys) throws IOException {
      RunFiles files = files();
      long deleted = 0;
      while (keys.hasNext()) {
        deleted += files.deleteIfOld(new Path(images, keys.next().getString(0)), latest) ? 1 : 0;
      }
      return deleted;
    }

    /** Removes from shards what meta rows do not name; returns how many images were deleted. */
    long keep(Iterator<Row> shards) throws IOException {
      RunFiles files = files();
      long deleted = 0;
      while (shards.hasNext()) {
        Row row = shards.next();
        Set<String> named = row.isNullAt(1) ? Set.of() : Set.copyOf(row.<String>getList(1));
        Path shard = new Path(images, row.getString(0));
        if (files.isOld(shard, latest)) {
          deleted += keep(shard, named, files);
        }
      }
      return deleted;
    }

    private long keep(Path shard, Set<String> named, RunFiles files) throws IOException {
      ImageLayout layout = ImageLayout.ofShard(shard.getName()).orElseThrow();
      List<String> all = layout.names(shard, hadoop.configuration());
      long removed = all.stream().filter(name -> !named.contains(name)).count();
      if (removed == all.size()) {
        files.delete(shard);
      } else if (removed > 0) {
        rewrite(layout, shard, named, files);
      }
      return removed;
    }

    private void rewrite(ImageLayout layout, Path shard, Set<String> named, RunFiles files)
        throws IOException {
      if (HadoopFiles.isObjectStore(files.files().system())) {
        files.requireNotFenced();
        layout.copy(shard, named, shard, hadoop.configuration());
      } else {
        Path kept = files.hidden(shard.getName());
        layout.copy(shard, named, kept, hadoop.configuration());
        files.replaceBy(kept, shard);
      }
    }

    private RunFiles files() throws IOException {
      return RunFiles.ofTask(new Path(meta), run, hadoop.configuration());
    }
  }

  private long singleFiles(Dataset<Row> orphans, Deletion deletion) {
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    ForeachPartitionFunction<Row> delete = paths -> deleted.add(deletion.delete(paths));
    orphans.foreachPartition(delete);
    return deleted.value();
  }

  private long shards(Dataset<Row> files, Deletion deletion) throws IOException {
    Dataset<Row> shards =
        files
            .filter(
                (FilterFunction<Row>) file -> ImageLayout.ofShard(file.getString(0)).isPresent())
            .toDF(SHARD);
    if (shards.isEmpty()) {
      return 0;
    }
    LongAccumulator deleted = spark.sparkContext().longAccumulator();
    ForeachPartitionFunction<Row> keep = rows -> deleted.add(deletion.keep(rows));
    shards.join(namedInShards(), new String[] {SHARD}, "left").foreachPartition(keep);
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
}
