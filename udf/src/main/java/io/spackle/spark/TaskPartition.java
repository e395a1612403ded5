package io.spackle.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Murmur3HashFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;

/**
 * The rows of one task, told by what they hold in a column: Spark deals rows out by its hash. The
 * rows of a task that died can so be told later on, whatever tasks they then belong to.
 *
 * @param by column of texts by which rows were dealt out
 * @param number of the task, from 0
 * @param of so many tasks
 */
public record TaskPartition(String by, int number, int of) {

  /** That of {@code Dataset.repartition(n, column)}. */
  private static final long SEED = 42;

  /** Whether a row belongs to the task; one that has no such column was dealt out otherwise. */
  public boolean holds(Row row) {
    Option<Object> column = row.schema().getFieldIndex(by);
    return column.isDefined() && holds(row.getString((int) column.get()));
  }

  private boolean holds(String value) {
    long hash = Murmur3HashFunction.hash(UTF8String.fromString(value), DataTypes.StringType, SEED);
    return Math.floorMod((int) hash, of) == number;
  }
}
