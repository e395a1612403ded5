package io.spackle.sink;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/**
 * Parquet as Hugging Face's {@code datasets} writes it: a column {@code image} of bytes and name,
 * declared as images in the file's metadata, and a column per property.
 */
final class ParquetFormat implements ShardFormat {

  private static final String IMAGE = "image";
  private static final String BYTES = "bytes";
  private static final String NAME = "path";

  /** The bytes that a task buffers, and readers as well. */
  private static final long ROW_GROUP = 32L << 20;

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .optionalGroup()
          .optional(BINARY)
          .named(BYTES)
          .optional(BINARY)
          .as(stringType())
          .named(NAME)
          .named(IMAGE)
          .optional(BINARY)
          .as(stringType())
          .named(RowColumns.ID)
          .optional(INT32)
          .named("sample")
          .optional(BINARY)
          .as(stringType())
          .named(RowColumns.PROMPT)
          .optional(BINARY)
          .as(stringType())
          .named(RowColumns.NEGATIVE_PROMPT)
          .optional(INT64)
          .named(RowColumns.SEED)
          .optional(INT32)
          .named(RowColumns.STEPS)
          .optional(DOUBLE)
          .named(RowColumns.GUIDANCE_SCALE)
          .optional(DOUBLE)
          .named(RowColumns.STRENGTH)
          .optional(BINARY)
          .as(stringType())
          .named(RowColumns.SCHEDULER)
          .named("sample");

  /** The projection to the names. */
  private static final MessageType NAMES =
      Types.buildMessage()
          .optionalGroup()
          .optional(BINARY)
          .as(stringType())
          .named(NAME)
          .named(IMAGE)
          .named("sample");

  private record Writing(ParquetWriter<Group> parquet) implements Writer {

    @Override
    public void add(Sample sample) throws IOException {
      Group row = new SimpleGroup(SCHEMA);
      row.addGroup(IMAGE)
          .append(BYTES, Binary.fromConstantByteArray(sample.file().bytes()))
          .append(NAME, sample.name());
      sample.properties().forEach((name, value) -> put(row, name, value));
      parquet.write(row);
    }

    @Override
    public void finish() throws IOException {
      parquet.close();
    }

    private static void put(Group row, String name, Object value) {
      if (value instanceof String text) {
        row.append(name, text);
      } else if (value instanceof Integer number) {
        row.append(name, number);
      } else if (value instanceof Long number) {
        row.append(name, number);
      } else if (value instanceof Double number) {
        row.append(name, number);
      }
    }
  }

  @Override
  public Writer begin(OutputStream out) throws IOException {
    return new Writing(
        ExampleParquetWriter.builder(new StreamOutput(out))
            .withType(SCHEMA)
            .withExtraMetaData(Map.of("huggingface", features()))
            .withRowGroupSize(ROW_GROUP)
            .withMinRowCountForPageSizeCheck(
                1) // the default does not check the size of the first 100 rows
            .withDictionaryEncoding(IMAGE + "." + BYTES, false)
            .build());
  }

  @Override
  public List<String> names(FileSystem files, Path shard) throws IOException {
    List<String> names = new ArrayList<>();
    try (ParquetReader<Group> rows = reader(files, shard, NAMES)) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        names.add(name(row));
      }
    }
    return names;
  }

  @Override
  public void copy(FileSystem files, Path shard, Set<String> names, OutputStream out)
      throws IOException {
    ParquetWriter<Group> kept = ((Writing) begin(out)).parquet();
    try (ParquetReader<Group> rows = reader(files, shard, SCHEMA)) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        if (names.contains(name(row))) {
          kept.write(row);
        }
      }
    }
    kept.close();
  }

  private static String name(Group row) {
    return row.getGroup(IMAGE, 0).getString(NAME, 0);
  }

  private static ParquetReader<Group> reader(FileSystem files, Path shard, MessageType columns)
      throws IOException {
    InputFile file = HadoopInputFile.fromStatus(files.getFileStatus(shard), files.getConf());
    return new ParquetReader.Builder<Group>(file) {
      @Override
      protected ReadSupport<Group> getReadSupport() {
        return new GroupReadSupport();
      }
    }.set(ReadSupport.PARQUET_READ_SCHEMA, columns.toString()).build();
  }

  /** The types as {@code datasets.Features}, without which images are read as binary. */
  private static String features() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode features = root.putObject("info").putObject("features");
    SCHEMA
        .getFields()
        .forEach(
            field -> {
              ObjectNode feature = features.putObject(field.getName());
              feature.put("_type", field.isPrimitive() ? "Value" : "Image");
              if (field.isPrimitive()) {
                feature.put("dtype", dtype(field.asPrimitiveType().getPrimitiveTypeName().name()));
              }
            });
    return root.toString();
  }

  private static String dtype(String type) {
    return switch (type) {
      case "INT32" -> "int32";
      case "INT64" -> "int64";
      case "DOUBLE" -> "float64";
      default -> "string";
    };
  }

  /** A Parquet output on a stream that the caller completes. */
  private record StreamOutput(OutputStream out) implements OutputFile {

    @Override
    public PositionOutputStream create(long blockSize) {
      return new CountingStream(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class CountingStream extends PositionOutputStream {

    private final OutputStream out;
    private long position;

    CountingStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
      position += count;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
