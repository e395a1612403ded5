package io.spackle.task;

import io.spackle.row.MetaRow;
import io.spackle.spark.SparkTask;
import io.spackle.webhook.WebhookCall;
import io.spackle.webhook.Webhooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The webhook calls of rows that are done but have no record of their call. What cannot be made in
 * a bounded time stays owed.
 */
public final class PendingWebhooks implements ForeachPartitionFunction<Row> {

  private static final long serialVersionUID = 1L;

  /** Of a task, for all of its calls. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int CALLS_PER_RECORD = 128;

  private final TaskSettings settings;

  private PendingWebhooks(TaskSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes calls, for a minute at most.
   *
   * @param owed key, webhook and meta row of rows that are done
   */
  public static void make(Dataset<Row> owed, TaskSettings settings) {
    int executors = ModelProbe.executors(owed.sparkSession().sparkContext());
    // One task each, all at the same time: or else their minutes would add up.
    owed.repartition(executors).foreachPartition(new PendingWebhooks(settings));
  }

  /** Waits, for a minute at most, until executors have made the calls that are under way. */
  public static void awaitThoseUnderWay(SparkContext spark, TaskSettings settings) {
    int executors = ModelProbe.executors(spark);
    JavaSparkContext.fromSparkContext(spark)
        .parallelize(Collections.nCopies(executors, settings), executors)
        .foreach(given -> webhooks(given).awaitNothing(PATIENCE));
  }

  @Override
  public void call(Iterator<Row> rows) throws InterruptedException {
    Webhooks webhooks = webhooks(settings);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (rows.hasNext()) {
      List<WebhookCall> calls = held(rows, webhooks, end);
      if (calls.isEmpty()) {
        return; // no time is left
      }
      webhooks.send(calls);
    }
    webhooks.awaitNothing(left(end));
  }

  /** The next calls for which there is room, as many as are recorded together. */
  private static List<WebhookCall> held(Iterator<Row> rows, Webhooks webhooks, long end)
      throws InterruptedException {
    List<WebhookCall> calls = new ArrayList<>();
    try {
      while (calls.size() < CALLS_PER_RECORD && rows.hasNext()) {
        Row row = rows.next();
        WebhookCall call =
            WebhookCall.of(row.getString(0), row.getString(1), MetaRow.toJson(row.getStruct(2)));
        if (!webhooks.hold(call, left(end))) {
          return calls;
        }
        calls.add(call);
      }
      return calls;
    } catch (InterruptedException | RuntimeException e) {
      calls.forEach(webhooks::release);
      throw e;
    }
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  private static Webhooks webhooks(TaskSettings settings) {
    return ExecutorContext.ofJvm().webhooks(settings, new SparkTask(TaskContext.get()));
  }
}
