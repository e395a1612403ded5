package io.spackle.sql;

import io.spackle.row.MetaRow;
import io.spackle.row.RowStage;
import java.io.Serializable;
import java.util.LinkedHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import scala.collection.immutable.Map;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The metrics of {@link InpaintExec} in Spark's user interface.
 *
 * @param fetchTime in milliseconds, of all rows
 * @param modelTime in milliseconds; an image has its share of a step of its batch
 * @param batchSize images that took a step together, the average of each task
 */
record InpaintMetrics(
    SQLMetric rows,
    SQLMetric images,
    SQLMetric failed,
    SQLMetric fetchTime,
    SQLMetric modelTime,
    SQLMetric batchSize)
    implements Serializable {

  static InpaintMetrics in(SparkContext context) {
    return new InpaintMetrics(
        SQLMetrics.createMetric(context, "number of output rows"),
        SQLMetrics.createMetric(context, "images"),
        SQLMetrics.createMetric(context, "failed rows"),
        SQLMetrics.createTimingMetric(context, "time to fetch files", 0),
        SQLMetrics.createTimingMetric(context, "time in the model", 0),
        SQLMetrics.createAverageMetric(context, "images per batch"));
  }

  /** By the names that Spark's own operators use. */
  Map<String, SQLMetric> byName() {
    java.util.Map<String, SQLMetric> named = new LinkedHashMap<>();
    named.put("numOutputRows", rows);
    named.put("images", images);
    named.put("failedRows", failed);
    named.put("fetchTime", fetchTime);
    named.put("modelTime", modelTime);
    named.put("batchSize", batchSize);
    return scala.collection.immutable.Map.from(CollectionConverters.asScala(named));
  }

  /** Adds up the results of one task. */
  final class OfTask {

    private double fetch;
    private double inModel;
    private double share;

    /**
     * @param result of {@code inpaint}, or null if it was not called
     */
    void add(Row result) {
      rows.add(1);
      if (result == null) {
        return;
      }
      String status = result.getAs("status");
      if (status.equals(MetaRow.FAILED)) {
        failed.add(1);
      } else if (status.equals(MetaRow.SUCCESS)) {
        images.add(1);
      }
      fetch += millis(result, RowStage.FETCH);
      inModel += millis(result, RowStage.PAINT);
      Double seconds = result.getAs("generationTime");
      share += seconds == null ? 0 : 1000 * seconds;
    }

    void end() {
      fetchTime.add(Math.round(fetch));
      modelTime.add(Math.round(share));
      if (share > 0) {
        batchSize.set(inModel / share);
      }
    }

    private double millis(Row result, RowStage stage) {
      Row timings = result.getAs("timings");
      Double millis = timings == null ? null : timings.getAs(stage.column());
      return millis == null ? 0 : millis;
    }
  }
}
