package io.spackle.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Murmur3HashFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;

/**
 * The rows of one task, identified by a column: Spark distributes rows to tasks by its hash. So the
 * rows of a task that crashed are recognized later, in whatever tasks they then are.
 *
 * @param column the text column by whose hash rows were distributed
 * @param number of the task, from 0
 * @param count of all tasks
 */
public record TaskPartition(String column, int number, int count) {

  /** The seed of {@code Dataset.repartition(n, column)}. */
  private static final long SEED = 42;

  /** Whether a row belongs to the task; false if it does not have the column. */
  public boolean holds(Row row) {
    Option<Object> index = row.schema().getFieldIndex(column);
    return index.isDefined() && holds(row.getString((int) index.get()));
  }

  private boolean holds(String value) {
    long hash = Murmur3HashFunction.hash(UTF8String.fromString(value), DataTypes.StringType, SEED);
    return Math.floorMod((int) hash, count) == number;
  }
}
