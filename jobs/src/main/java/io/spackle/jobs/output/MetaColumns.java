package io.spackle.jobs.output;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of meta rows of different versions and manifests. */
final class MetaColumns {

  /** Added when rows are read: the name of their file. */
  static final String FILE = "_spackle_file";

  private MetaColumns() {}

  /** The columns of newer rows, followed by those that only older ones have. */
  static StructType union(StructType newer, StructType older) {
    StructType union = newer;
    for (StructField field : older.fields()) {
      if (!has(newer, field.name())) {
        union = union.add(field);
      }
    }
    return union;
  }

  /** Rows with the columns of a schema; null where they have none. */
  static Dataset<Row> fitted(Dataset<Row> rows, StructType schema) {
    StructType found = rows.schema();
    return rows.select(
        Arrays.stream(schema.fields())
            .map(field -> column(field, found, MetaColumns::quoted))
            .toArray(Column[]::new));
  }

  /** The columns of a schema, and a last one. */
  static Column[] of(StructType schema, String last) {
    return Stream.concat(Arrays.stream(schema.fieldNames()), Stream.of(last))
        .map(MetaColumns::quoted)
        .toArray(Column[]::new);
  }

  /**
   * A column or field as an expression; null where the rows have none. Structs are converted field
   * by field, since a cast would require as many fields.
   *
   * @param found the columns of the rows, or the fields of one of their structs
   * @param value the expression of a column or field by its name
   */
  private static Column column(
      StructField field, StructType found, Function<String, Column> value) {
    if (!has(found, field.name())) {
      return functions.lit(null).cast(field.dataType()).as(field.name());
    }
    Column same = value.apply(field.name());
    if (field.dataType() instanceof StructType struct
        && type(found, field) instanceof StructType older) {
      Column[] fields =
          Arrays.stream(struct.fields())
              .map(inner -> column(inner, older, same::getField))
              .toArray(Column[]::new);
      return functions
          .when(same.isNotNull(), functions.struct(fields))
          .cast(struct)
          .as(field.name());
    }
    return same.cast(field.dataType()).as(field.name());
  }

  private static Column quoted(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }

  private static DataType type(StructType schema, StructField field) {
    return Arrays.stream(schema.fields())
        .filter(other -> other.name().equalsIgnoreCase(field.name()))
        .findFirst()
        .orElseThrow()
        .dataType();
  }

  private static boolean has(StructType schema, String name) {
    return Arrays.stream(schema.fieldNames()).anyMatch(name::equalsIgnoreCase);
  }
}
