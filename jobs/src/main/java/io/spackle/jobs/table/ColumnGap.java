package io.spackle.jobs.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What keeps a table from taking rows as they are.
 *
 * @param missing columns, those in structs included, as in DDL
 * @param conflicts columns of another type, in words
 */
record ColumnGap(List<String> missing, List<String> conflicts) {

  /** Between the columns of a table and those of rows; nothing of it is about order. */
  static ColumnGap between(StructType table, StructType rows) {
    ColumnGap gap = new ColumnGap(new ArrayList<>(), new ArrayList<>());
    gap.compare("", table, rows);
    return gap;
  }

  private void compare(String parent, StructType table, StructType rows) {
    for (StructField wanted : rows.fields()) {
      String name = parent + '`' + wanted.name().replace("`", "``") + '`';
      find(table, wanted.name())
          .ifPresentOrElse(
              found -> compare(name, found.dataType(), wanted.dataType()),
              () -> missing.add(name + " " + wanted.dataType().sql()));
    }
  }

  private void compare(String name, DataType found, DataType wanted) {
    if (found instanceof StructType table && wanted instanceof StructType rows) {
      compare(name + ".", table, rows);
    } else if (!told(found).equals(told(wanted))) {
      conflicts.add(
          "%s is %s in the table and %s in the rows"
              .formatted(name, found.catalogString(), wanted.catalogString()));
    }
  }

  /** Iceberg has no integers of less than four bytes, and keeps those as such. */
  private static String told(DataType type) {
    return type.catalogString().replaceAll("\\b(tinyint|smallint)\\b", "int");
  }

  private static Optional<StructField> find(StructType schema, String name) {
    return Stream.of(schema.fields())
        .filter(field -> field.name().equalsIgnoreCase(name))
        .findFirst();
  }
}
