package io.spackle.stage;

import org.apache.spark.sql.catalyst.expressions.Murmur3HashFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The rows of one task, told by their keys: Spark deals rows out by the hash of a column. The rows
 * of a task that died can so be told later on, whatever tasks they then belong to.
 *
 * @param number of the task, from 0
 * @param of so many tasks
 */
public record Part(int number, int of) {

  /** That of {@code Dataset.repartition(n, column)}. */
  private static final long SEED = 42;

  /** Whether a row with that key belongs to the task. */
  public boolean holds(String key) {
    long hash = Murmur3HashFunction.hash(UTF8String.fromString(key), DataTypes.StringType, SEED);
    return Math.floorMod((int) hash, of) == number;
  }
}
