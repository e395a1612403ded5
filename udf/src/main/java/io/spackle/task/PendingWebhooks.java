package io.spackle.task;

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
 * Sends the webhook calls of finished rows that have no record of a call. Calls that cannot be made
 * in a limited time stay pending.
 */
public final class PendingWebhooks implements ForeachPartitionFunction<Row> {

  private static final long serialVersionUID = 1L;

  /** The time of a task for all of its calls. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final int CALLS_PER_RECORD = 128;

  private final TaskSettings settings;

  private PendingWebhooks(TaskSettings settings) {
    this.settings = settings;
  }

  /**
   * Sends calls, for a minute at most.
   *
   * @param pending webhook and meta row of finished rows
   */
  public static void send(Dataset<Row> pending, TaskSettings settings) {
    int executors = ModelProbe.executors(pending.sparkSession().sparkContext());
    // One task per executor, all at the same time, so that their timeouts do not add up.
    pending.repartition(executors).foreachPartition(new PendingWebhooks(settings));
  }

  /** Waits, for a minute at most, until executors have finished the calls in progress. */
  public static void awaitInProgress(SparkContext spark, TaskSettings settings) {
    int executors = ModelProbe.executors(spark);
    JavaSparkContext.fromSparkContext(spark)
        .parallelize(Collections.nCopies(executors, settings), executors)
        .foreach(task -> webhooks(task).awaitIdle(TIMEOUT));
  }

  @Override
  public void call(Iterator<Row> rows) throws InterruptedException {
    Webhooks webhooks = webhooks(settings);
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (rows.hasNext()) {
      List<WebhookCall> calls = reserve(rows, webhooks, end);
      if (calls.isEmpty()) {
        return; // the time is up
      }
      webhooks.send(calls);
    }
    webhooks.awaitIdle(remaining(end));
  }

  /** The next calls, with capacity reserved; at most as many as are recorded together. */
  private static List<WebhookCall> reserve(Iterator<Row> rows, Webhooks webhooks, long end)
      throws InterruptedException {
    List<WebhookCall> calls = new ArrayList<>();
    try {
      while (calls.size() < CALLS_PER_RECORD && rows.hasNext()) {
        Row row = rows.next();
        WebhookCall call = WebhookCall.of(row.getStruct(1), row.getString(0));
        if (!webhooks.reserve(call, remaining(end))) {
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

  private static Duration remaining(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  private static Webhooks webhooks(TaskSettings settings) {
    return ExecutorContext.ofJvm().webhooks(settings, new SparkTask(TaskContext.get()));
  }
}
