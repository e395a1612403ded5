package io.spackle.sql;

import java.util.List;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Plans {@link InpaintNode} as {@link InpaintExec}. */
final class InpaintStrategy extends SparkStrategy {

  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    List<SparkPlan> plans =
        plan instanceof InpaintNode node
            ? List.of(new InpaintExec(node.call(), node.result(), planLater(node.child())))
            : List.of();
    return CollectionConverters.asScala(plans).toSeq();
  }
}
