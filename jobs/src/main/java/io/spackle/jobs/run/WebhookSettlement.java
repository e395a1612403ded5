package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.trim;

import io.spackle.jobs.driver.JobDescriptions;
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
import org.apache.spark.sql.types.StructType;

/**
 * The webhooks of a manifest's rows, as they stand when a run ends.
 *
 * <p>The meta table and the records of calls say which are owed: those that found no room, that
 * died with an executor or an older run, or whose host was down.
 */
final class WebhookSettlement {

  private static final StructType RECORD =
      StructType.fromDDL(WebhookRecord.ROW_KEY + " string, " + WebhookRecord.STATUS + " string");

  private final SparkSession spark;
  private final JobPlan plan;
  private final Dataset<Row> asked;

  private WebhookSettlement(SparkSession spark, JobPlan plan, Dataset<Row> asked) {
    this.spark = spark;
    this.plan = plan;
    this.asked = asked;
  }

  /**
   * Waits for the calls that are under way, makes those that are owed, both for a bounded time, and
   * counts.
   *
   * @param keyed all rows of the manifest
   * @return rows by what became of their calls; empty where no row asks for one
   */
  static Map<String, Long> settle(SparkSession spark, JobPlan plan, Dataset<Row> keyed)
      throws IOException {
    if (!RowColumns.has(keyed.schema(), RowColumns.WEBHOOK)) {
      return Map.of();
    }
    Column isGiven = length(trim(col(RowColumns.WEBHOOK))).gt(0);
    Dataset<Row> asked = keyed.where(isGiven).select(RowColumns.KEY, RowColumns.WEBHOOK);
    WebhookSettlement calls = new WebhookSettlement(spark, plan, asked);
    return asked.isEmpty() ? Map.of() : calls.settle();
  }

  private Map<String, Long> settle() throws IOException {
    JobDescriptions.describe(spark, "wait for webhooks");
    PendingWebhooks.awaitInProgress(spark.sparkContext(), plan.settings());
    JobDescriptions.describe(spark, "call webhooks that are owed");
    PendingWebhooks.send(owed(), plan.settings());
    JobDescriptions.describe(spark, "count the calls of webhooks");
    Map<String, Long> counts = new TreeMap<>();
    for (Row group : recorded().groupBy(WebhookRecord.STATUS).agg(count(lit(1))).collectAsList()) {
      counts.put(group.getString(0), group.getLong(1));
    }
    counts.put("owed", owed().count());
    return counts;
  }

  /** Key, webhook and meta row of the rows that are done and whose call has no record. */
  private Dataset<Row> owed() throws IOException {
    Dataset<Row> table = spark.read().parquet(plan.output().meta().toString());
    Dataset<Row> meta = table.select(col(MetaRow.ROW_KEY), struct(col("*")).as("meta"));
    Dataset<Row> done =
        asked
            .join(meta, col(RowColumns.KEY).equalTo(col(MetaRow.ROW_KEY)))
            .select(RowColumns.KEY, RowColumns.WEBHOOK, "meta");
    Dataset<Row> recorded = recorded().select(WebhookRecord.ROW_KEY);
    return done.join(
        recorded, col(RowColumns.KEY).equalTo(recorded.col(WebhookRecord.ROW_KEY)), "left_anti");
  }

  /** Key and status of this manifest's calls, each once, however often it was made. */
  private Dataset<Row> recorded() throws IOException {
    if (!plan.output().hasCalls()) {
      return spark.createDataFrame(List.of(), RECORD);
    }
    Dataset<Row> records = spark.read().schema(RECORD).json(plan.output().webhooks().toString());
    Column isOurs = col(RowColumns.KEY).equalTo(col(WebhookRecord.ROW_KEY));
    return records.join(asked, isOurs, "left_semi").dropDuplicates(WebhookRecord.ROW_KEY);
  }
}
