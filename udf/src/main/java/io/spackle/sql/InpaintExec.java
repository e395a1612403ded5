package io.spackle.sql;

import java.util.List;
import java.util.Objects;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;

/**
 * The operator of {@code inpaint}: each task has many rows in flight, which share batches with
 * those of the executor's other tasks. The rows keep their order.
 *
 * <p>Public, since Spark copies nodes by reflection.
 */
public final class InpaintExec extends SparkPlan {

  private static final long serialVersionUID = 1L;

  private final InpaintCall call;
  private final Attribute result;
  private final SparkPlan child;
  private transient InpaintMetrics metrics;

  /**
   * @param result the column of the results, the last one
   */
  public InpaintExec(InpaintCall call, Attribute result, SparkPlan child) {
    this.call = call;
    this.result = result;
    this.child = child;
  }

  @Override
  public RDD<InternalRow> doExecute() {
    InpaintTask task = new InpaintTask(call, child.output(), output(), inpaintMetrics());
    return child.execute().mapPartitionsWithIndex(task, true, ClassTag.apply(InternalRow.class));
  }

  @Override
  public Map<String, SQLMetric> metrics() {
    return inpaintMetrics().byName();
  }

  private synchronized InpaintMetrics inpaintMetrics() {
    if (metrics == null) {
      metrics = InpaintMetrics.in(sparkContext());
    }
    return metrics;
  }

  @Override
  public Seq<Attribute> output() {
    return Plans.with(result, child.output());
  }

  @Override
  public AttributeSet producedAttributes() {
    return AttributeSet.apply(result);
  }

  @Override
  public Partitioning outputPartitioning() {
    return child.outputPartitioning();
  }

  @Override
  public Seq<SortOrder> outputOrdering() {
    return child.outputOrdering();
  }

  @Override
  public Seq<SparkPlan> children() {
    return CollectionConverters.asScala(List.of(child)).toSeq();
  }

  @Override
  public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> replaced) {
    return new InpaintExec(call, result, replaced.apply(0));
  }

  @Override
  public String nodeName() {
    return "Inpaint";
  }

  @Override
  public int productArity() {
    return 3;
  }

  @Override
  public Object productElement(int index) {
    return index == 0 ? call : index == 1 ? result : child;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof InpaintExec;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InpaintExec exec
        && call.equals(exec.call)
        && result.equals(exec.result)
        && child.equals(exec.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(call, result, child);
  }
}
