package io.spackle.jobs.output;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.MergedFiles.Merge;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.MappedIterator;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Meta files that are written anew, in two steps: their content is written to the run's folder,
 * where nobody sees it, and then put in place, see {@link MergedFiles}. A task of either step can
 * be repeated.
 */
final class MetaRewrite {

  /** The column with the name of the file that a row goes to. */
  static final String TARGET = MetaColumns.FILE;

  private static final int TASKS_PER_SLOT = 4;

  /** Limits the size of a query's plan. */
  private static final int MERGES_PER_JOB = 32;

  private final SparkSession spark;
  private final Path meta;
  private final RunFiles files;

  /**
   * @param files of the run that holds the lease
   */
  MetaRewrite(SparkSession spark, Path meta, RunFiles files) {
    this.spark = spark;
    this.meta = meta;
    this.files = files;
  }

  /** The rows of meta files, with the union of their columns. */
  static Dataset<Row> read(SparkSession spark, List<Path> files) {
    return spark.read().option("mergeSchema", "true").parquet(paths(files));
  }

  private static String[] paths(List<Path> files) {
    return files.stream().map(Path::toString).toArray(String[]::new);
  }

  /**
   * Writes rows with {@link #TARGET} to hidden files of these names, one per name; columns that are
   * in both have the types of the newer ones.
   */
  void write(Dataset<Row> newer, Dataset<Row> older) {
    StructType schema = MetaColumns.union(newer.schema(), older.schema());
    Dataset<Row> rows = MetaColumns.fitted(newer, schema).union(MetaColumns.fitted(older, schema));
    writeGroups(rows.repartition(col(TARGET)).sortWithinPartitions(TARGET));
  }

  /**
   * Writes the rows of the sources of merges to their hidden files. Each is a task that reads one
   * source after the other: rows of large files are neither shuffled nor sorted.
   */
  void concatenate(List<Merge> merges) {
    List<Path> all = merges.stream().flatMap(merge -> sources(merge).stream()).toList();
    DataFrameReader reader = spark.read().schema(read(spark, all).schema());
    for (int from = 0; from < merges.size(); from += MERGES_PER_JOB) {
      merges.subList(from, Math.min(merges.size(), from + MERGES_PER_JOB)).stream()
          .map(
              merge ->
                  reader
                      .parquet(paths(sources(merge)))
                      .coalesce(1)
                      .withColumn(TARGET, lit(merge.target())))
          .reduce(Dataset::union)
          .ifPresent(this::writeGroups);
    }
  }

  private List<Path> sources(Merge merge) {
    return merge.sources().stream().map(source -> new Path(meta, source)).toList();
  }

  /** Each partition has its rows in groups of the same target, each of which is in one only. */
  private void writeGroups(Dataset<Row> rows) {
    StructType schema = rows.drop(TARGET).schema();
    MetaFiles format = MetaFiles.of(spark, schema);
    Path folder = meta;
    String run = files.run();
    ForeachPartitionFunction<Row> task = part -> write(part, format, format.files(folder, run));
    rows.select(MetaColumns.of(schema, TARGET)).foreachPartition(task);
  }

  private static void write(Iterator<Row> rows, MetaFiles format, RunFiles files)
      throws IOException {
    RowGroups.forEach(
        rows,
        TARGET,
        (target, group) ->
            format.writeHidden(
                new MappedIterator<>(group, MetaRewrite::withoutTarget),
                MergedFiles.hidden((String) target),
                files));
  }

  private static Row withoutTarget(Row row) {
    Object[] values = new Object[row.length() - 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i);
    }
    return RowFactory.create(values);
  }

  /** Puts hidden files in the place of those of the same names. */
  void replace(List<String> names) {
    Path folder = meta;
    forAll(names, (files, name) -> new MergedFiles(files, folder).replace(name));
  }

  /** Puts each hidden file in the place of several. */
  void merge(List<Merge> merges) {
    Path folder = meta;
    forAll(merges, (files, merge) -> new MergedFiles(files, folder).merge(merge));
  }

  /** What a task does with one file. */
  @FunctionalInterface
  private interface Change<T> extends Serializable {
    void make(RunFiles files, T item) throws IOException;
  }

  /** Tasks do it, since object stores copy the content. */
  private <T> void forAll(List<T> items, Change<T> change) {
    Path folder = meta;
    String run = files.run();
    HadoopConf hadoop = HadoopConf.of(spark.sparkContext().hadoopConfiguration());
    int tasks = Math.min(items.size(), TASKS_PER_SLOT * spark.sparkContext().defaultParallelism());
    JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(items, tasks)
        .foreach(item -> change.make(RunFiles.ofTask(folder, run, hadoop.configuration()), item));
  }
}
