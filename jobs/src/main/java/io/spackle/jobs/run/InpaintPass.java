package io.spackle.jobs.run;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.AddedCounts;
import io.spackle.jobs.output.AddedFiles;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.jobs.output.TaskFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.InpaintPartition;
import io.spackle.task.TaskCounters;
import java.io.IOException;
import java.util.Iterator;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import scala.collection.BufferedIterator;
import scala.jdk.javaapi.CollectionConverters;

/** The processing of a work list: its rows become images and published meta rows. */
final class InpaintPass {

  private final SparkSession spark;
  private final JobPlan plan;
  private final TaskCounters counters;
  private final AddedCounts added;

  /**
   * @param added told how many meta files the tasks have added
   */
  InpaintPass(SparkSession spark, JobPlan plan, TaskCounters counters, AddedCounts added) {
    this.spark = spark;
    this.plan = plan;
    this.counters = counters;
    this.added = added;
  }

  /** Processes the rows of work files, in one stage. */
  void run(WorkFiles work) {
    Dataset<Row> rows = work.rows(spark);
    InpaintPartition inpaint = new InpaintPartition(plan.settings(), rows.schema(), counters);
    TaskFiles.Formats formats = TaskFiles.Formats.of(spark, inpaint.schema());
    AddedCounts counts = added;
    ForeachPartitionFunction<Row> task = pending -> run(pending, inpaint, formats, work, counts);
    rows.foreachPartition(task);
  }

  private static void run(
      Iterator<Row> pending,
      InpaintPartition inpaint,
      TaskFiles.Formats formats,
      WorkFiles work,
      AddedCounts counts)
      throws IOException {
    BufferedIterator<Row> rows = CollectionConverters.asScala(pending).buffered();
    inpaint.run(
        CollectionConverters.asJava(rows),
        () -> {
          int task = rows.head().getAs(RowColumns.TASK);
          RunFiles files = formats.added().files(work.meta(), work.run());
          files.requireNotFenced(); // its markers would count as crashes of the run that took over
          return new InpaintPartition.Work(
              work.task(task, files), TaskFiles.of(formats, work.meta(), files, task, counts));
        });
  }

  /** Adds a meta file without rows, so that Spark can read the folder. */
  void addEmpty(RunFiles files) throws IOException {
    Path meta = plan.output().meta();
    StructType schema = MetaRow.schemaOf(plan.manifest().rows().schema());
    AddedFiles.addEmpty(MetaFiles.of(spark, schema), meta, files);
  }
}
