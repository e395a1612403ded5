package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.trim;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.output.Datasets;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.PendingWebhooks;
import io.spackle.webhook.WebhookRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The settlement of a manifest's webhooks at the end of a run: pending calls are made and all are
 * counted.
 *
 * <p>A call is pending if its row has a meta row but this outcome has no record of a call: its
 * queue was full, its executor or an earlier run crashed, or its host was down.
 */
final class WebhookSettlement {

  /** The status of calls that are still pending. */
  private static final String OWED = "owed";

  private static final StructType RECORD =
      StructType.fromDDL(WebhookRecord.OUTCOME + " string, " + WebhookRecord.STATUS + " string");

  private static final String META = "meta_row";

  /**
   * The calls of a manifest's webhooks.
   *
   * @param counts numbers of rows by the status of their calls; empty if no row has a webhook
   * @param mayBePending whether the next run may have calls to make
   */
  record Calls(Map<String, Long> counts, boolean mayBePending) {

    static final Calls UNKNOWN = new Calls(Map.of(), true);

    private static Calls of(Map<String, Long> counts) {
      return new Calls(counts, counts.getOrDefault(OWED, 0L) > 0);
    }
  }

  private final SparkSession spark;
  private final JobPlan plan;
  private final Dataset<Row> requested;

  private WebhookSettlement(SparkSession spark, JobPlan plan, Dataset<Row> requested) {
    this.spark = spark;
    this.plan = plan;
    this.requested = requested;
  }

  /**
   * Waits for calls in progress and makes pending ones, both for a bounded time, then counts.
   *
   * @param keyed all rows of the manifest, see {@link JobPlan#keys}
   */
  static Calls settle(SparkSession spark, JobPlan plan, Dataset<Row> keyed) throws IOException {
    if (!RowColumns.has(keyed.schema(), RowColumns.WEBHOOK)) {
      return Calls.of(Map.of());
    }
    Column isGiven = length(trim(col(RowColumns.WEBHOOK))).gt(0);
    Dataset<Row> given = keyed.where(isGiven).select(RowColumns.KEY, RowColumns.WEBHOOK);
    Dataset<Row> requested = Datasets.hinted(given, plan.rows());
    WebhookSettlement settlement = new WebhookSettlement(spark, plan, requested);
    return Calls.of(requested.isEmpty() ? Map.of() : settlement.settle());
  }

  private Map<String, Long> settle() throws IOException {
    SparkSessions.describeJobs(spark, "wait for webhook calls in progress");
    PendingWebhooks.awaitInProgress(spark.sparkContext(), plan.settings());
    SparkSessions.describeJobs(spark, "make pending webhook calls");
    PendingWebhooks.send(pending(), plan.settings());
    SparkSessions.describeJobs(spark, "count webhook calls");
    Map<String, Long> counts = new TreeMap<>();
    Dataset<Row> called =
        recorded()
            .join(processed().select(WebhookRecord.OUTCOME), WebhookRecord.OUTCOME, "left_semi");
    for (Row group : called.groupBy(WebhookRecord.STATUS).agg(count(lit(1))).collectAsList()) {
      counts.put(group.getString(0), group.getLong(1));
    }
    counts.put(OWED, pending().count());
    return counts;
  }

  /** Webhook and meta row of the rows whose last outcome has no record of a call. */
  private Dataset<Row> pending() throws IOException {
    return processed()
        .join(recorded(), WebhookRecord.OUTCOME, "left_anti")
        .select(RowColumns.WEBHOOK, META);
  }

  /** Webhook, meta row and outcome of the rows that have a meta row. */
  private Dataset<Row> processed() {
    UserDefinedFunction outcome =
        functions.udf((UDF1<Row, String>) MetaRow::outcome, DataTypes.StringType);
    Dataset<Row> table = spark.read().parquet(plan.output().meta().toString());
    Dataset<Row> meta = table.select(col(MetaRow.ROW_KEY), struct(col("*")).as(META));
    return requested
        .join(meta, col(RowColumns.KEY).equalTo(col(MetaRow.ROW_KEY)))
        .select(
            col(RowColumns.WEBHOOK), col(META), outcome.apply(col(META)).as(WebhookRecord.OUTCOME));
  }

  /** Outcome and status of the recorded calls, one per outcome. */
  private Dataset<Row> recorded() throws IOException {
    return plan.output().hasWebhookRecords()
        ? spark
            .read()
            .schema(RECORD)
            .json(plan.output().webhooks().toString())
            .dropDuplicates(WebhookRecord.OUTCOME)
        : spark.createDataFrame(List.of(), RECORD);
  }
}
