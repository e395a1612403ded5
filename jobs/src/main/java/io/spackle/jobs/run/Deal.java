package io.spackle.jobs.run;

import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The distribution of rows to tasks. All rows stand in one line, ordered by the buckets of their
 * shapes, and each takes up as much of it as it is work, but at least the part that lets no task
 * have too many rows. The line is cut into pieces of one length: each is a task. So tasks are about
 * equal work, and few of them have images of different shapes, which cannot share a batch.
 */
final class Deal implements Serializable {

  private static final long serialVersionUID = 1L;

  /** The length of a task's piece. */
  private static final long PIECE = 1L << 32;

  private final TreeMap<Integer, Part> parts;
  private final int tasks;

  /** The rows of a bucket. */
  record Bucket(int number, long rows, double work) {}

  /**
   * A bucket in the line.
   *
   * @param firstRow number of rows before it
   * @param start its place
   * @param length of each of its rows
   */
  private record Part(long firstRow, long start, long length) implements Serializable {}

  private Deal(TreeMap<Integer, Part> parts, int tasks) {
    this.parts = parts;
    this.tasks = tasks;
  }

  /**
   * Deals rows to about so many tasks; to more if rows are very unequal work.
   *
   * @param rowsPerTask that no task exceeds
   */
  static Deal of(List<Bucket> buckets, int tasks, long rowsPerTask) {
    double all = buckets.stream().mapToDouble(Bucket::work).sum();
    long shortest = (PIECE + rowsPerTask - 1) / rowsPerTask;
    SortedMap<Integer, Bucket> ordered = new TreeMap<>();
    buckets.forEach(bucket -> ordered.put(bucket.number(), bucket));
    TreeMap<Integer, Part> parts = new TreeMap<>();
    long firstRow = 0;
    long start = 0;
    for (Bucket bucket : ordered.values()) {
      double share = all == 0 ? 0 : bucket.work() / all / bucket.rows();
      long length = Math.max(shortest, Math.round(Math.ceil(share * tasks * PIECE)));
      parts.put(bucket.number(), new Part(firstRow, start, length));
      firstRow += bucket.rows();
      start += length * bucket.rows();
    }
    return new Deal(parts, (int) ((start + PIECE - 1) / PIECE));
  }

  /** The number of tasks; some in between may have no rows. */
  int tasks() {
    return tasks;
  }

  /**
   * The task of a row.
   *
   * @param index of the row in the line, from 0
   */
  int task(int bucket, long index) {
    Part part = parts.get(bucket);
    return (int) ((part.start() + (index - part.firstRow()) * part.length()) / PIECE);
  }
}
