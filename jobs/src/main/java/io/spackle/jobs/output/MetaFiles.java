package io.spackle.jobs.output;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.files.AtomicFiles.Content;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.spark.HadoopConf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructType;
import scala.Function1;

/** Parquet files of rows, above all of meta rows: their names, how they are written and read. */
public final class MetaFiles implements MetaFormat, Serializable {

  private static final long serialVersionUID = 1L;

  /** Rows may contain whole images as text, so each of them is measured. */
  private static final List<String> CHECKS =
      List.of("parquet.page.size.row.check.min", "parquet.block.size.row.check.min");

  private final StructType schema;
  private final OutputWriterFactory factory;
  private final HadoopConf conf;

  private MetaFiles(StructType schema, OutputWriterFactory factory, HadoopConf conf) {
    this.schema = schema;
    this.factory = factory;
    this.conf = conf;
  }

  /** Files of rows of a schema, as Spark writes them with the settings of a session. */
  public static MetaFiles of(SparkSession spark, StructType schema) {
    try {
      Job job = Job.getInstance(spark.sparkContext().hadoopConfiguration());
      CHECKS.forEach(check -> job.getConfiguration().set(check, "1"));
      OutputWriterFactory factory =
          new ParquetFileFormat()
              .prepareWrite(spark, job, scala.collection.immutable.Map$.MODULE$.empty(), schema);
      return new MetaFiles(schema, factory, HadoopConf.of(job.getConfiguration()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare files of meta rows", e);
    }
  }

  /** The pattern of the names of the files that a run has added. */
  public static String published(String run) {
    return run + "-*.parquet";
  }

  /** The name of the files that a task of a run adds, one after the other. */
  public static String name(String run, int partition, int number) {
    return "%s-%06d-%04d.snappy.parquet".formatted(run, partition, number);
  }

  /** The files of a run as a task sees them, with the configuration of the session. */
  public RunFiles files(Path meta, String run) throws IOException {
    return RunFiles.ofTask(meta, run, conf.configuration());
  }

  @Override
  public byte[] bytes(List<Row> rows) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(rows.iterator(), content -> content.writeTo(bytes));
    return bytes.toByteArray();
  }

  /** Writes rows to a file that the run may change. */
  public void write(Iterator<Row> rows, Path name, RunFiles files) throws IOException {
    write(rows, content -> files.write(name, content));
  }

  /** Writes rows to a file in the folder of a run. */
  public void writeHidden(Iterator<Row> rows, String name, RunFiles files) throws IOException {
    write(rows, content -> files.writeHidden(name, content));
  }

  /** What takes the content of a file. */
  @FunctionalInterface
  private interface Target {
    void accept(Content content) throws IOException;
  }

  private void write(Iterator<Row> rows, Target target) throws IOException {
    // Spark's writers write to files only.
    java.nio.file.Path folder = Files.createTempDirectory("spackle-meta");
    java.nio.file.Path file = folder.resolve("rows.parquet");
    try {
      write(rows, file);
      target.accept(out -> Files.copy(file, out));
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder.resolve(".rows.parquet.crc"));
      Files.delete(folder);
    }
  }

  private void write(Iterator<Row> rows, java.nio.file.Path file) {
    Function1<Object, Object> internal = CatalystTypeConverters.createToCatalystConverter(schema);
    TaskAttemptContextImpl context =
        new TaskAttemptContextImpl(conf.configuration(), new TaskAttemptID());
    OutputWriter writer = factory.newInstance(file.toUri().toString(), schema, context);
    try {
      while (rows.hasNext()) {
        writer.write((InternalRow) internal.apply(rows.next()));
      }
    } finally {
      writer.close();
    }
  }

  @Override
  public Set<String> keys(AtomicFiles files, Path file) throws IOException {
    return new HashSet<>(texts(files, file, MetaRow.ROW_KEY));
  }

  /** The values of a column of texts in a file, in their order. */
  public static List<String> texts(AtomicFiles files, Path file, String column) throws IOException {
    List<String> texts = new ArrayList<>();
    MessageType schema =
        Types.buildMessage().optional(BINARY).as(stringType()).named(column).named("spark_schema");
    HadoopInputFile input =
        HadoopInputFile.fromStatus(files.system().getFileStatus(file), files.system().getConf());
    try (ParquetReader<Group> rows =
        new ParquetReader.Builder<Group>(input) {
          @Override
          protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
          }
        }.set(ReadSupport.PARQUET_READ_SCHEMA, schema.toString()).build()) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        texts.add(row.getString(column, 0));
      }
    }
    return texts;
  }
}
