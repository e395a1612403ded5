package io.spackle.jobs.output;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.spark.HadoopConf;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
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

/**
 * The files of meta rows: their names, and their content in memory. They have at most
 * output.rows-per-file rows, without images.
 */
public final class MetaFiles implements MetaFormat, Serializable {

  /** The column with the name of the file whose meta row a row replaces. */
  public static final String REPLACED = RowColumns.REPLACED;

  private static final long serialVersionUID = 1L;

  private static final MessageType KEY =
      Types.buildMessage()
          .optional(BINARY)
          .as(stringType())
          .named(MetaRow.ROW_KEY)
          .named("spark_schema");

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
  static String name(String run, int partition, int number) {
    return "%s-%06d-%04d.snappy.parquet".formatted(run, partition, number);
  }

  Configuration configuration() {
    return conf.configuration();
  }

  /** The columns of the rows. */
  StructType schema() {
    return schema;
  }

  @Override
  public byte[] bytes(List<Row> rows) throws IOException {
    // Spark's writers write to files only.
    java.nio.file.Path folder = Files.createTempDirectory("spackle-meta");
    java.nio.file.Path file = folder.resolve("rows.parquet");
    try {
      write(rows, file);
      return Files.readAllBytes(file);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder.resolve(".rows.parquet.crc"));
      Files.delete(folder);
    }
  }

  private void write(List<Row> rows, java.nio.file.Path file) {
    Function1<Object, Object> internal = CatalystTypeConverters.createToCatalystConverter(schema);
    TaskAttemptContextImpl context =
        new TaskAttemptContextImpl(conf.configuration(), new TaskAttemptID());
    OutputWriter writer = factory.newInstance(file.toUri().toString(), schema, context);
    try {
      for (Row row : rows) {
        writer.write((InternalRow) internal.apply(row));
      }
    } finally {
      writer.close();
    }
  }

  @Override
  public Set<String> keys(AtomicFiles files, Path file) throws IOException {
    Set<String> keys = new HashSet<>();
    HadoopInputFile input =
        HadoopInputFile.fromStatus(files.system().getFileStatus(file), files.system().getConf());
    try (ParquetReader<Group> rows =
        new ParquetReader.Builder<Group>(input) {
          @Override
          protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
          }
        }.set(ReadSupport.PARQUET_READ_SCHEMA, KEY.toString()).build()) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        keys.add(row.getString(MetaRow.ROW_KEY, 0));
      }
    }
    return keys;
  }
}
