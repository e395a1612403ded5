package io.spackle.jobs.output;

import java.io.IOException;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import scala.collection.BufferedIterator;
import scala.jdk.javaapi.CollectionConverters;

/** Rows in groups: neighbours with the same value in one column. */
public final class RowGroups {

  private RowGroups() {}

  /** What is done with a group. */
  @FunctionalInterface
  public interface Action {

    /**
     * @param value that the rows of the group share
     * @param rows all of which are read
     */
    void accept(Object value, Iterator<Row> rows) throws IOException;
  }

  /** Goes through the groups of rows that are sorted by a column. */
  public static void forEach(Iterator<Row> sorted, String column, Action action)
      throws IOException {
    BufferedIterator<Row> rows = CollectionConverters.asScala(sorted).buffered();
    while (rows.hasNext()) {
      Object value = rows.head().getAs(column);
      action.accept(
          value,
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return rows.hasNext() && value.equals(rows.head().getAs(column));
            }

            @Override
            public Row next() {
              return rows.next();
            }
          });
    }
  }
}
