package io.spackle.sql;

import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The rows of a child with a further column: the result of a call of {@code inpaint}. Planned as
 * {@link InpaintExec}.
 *
 * <p>Public, since Spark copies nodes by reflection.
 */
public final class InpaintNode extends LogicalPlan {

  private static final long serialVersionUID = 1L;

  private final InpaintCall call;
  private final Attribute result;
  private final LogicalPlan child;

  /**
   * @param result the further column
   */
  public InpaintNode(InpaintCall call, Attribute result, LogicalPlan child) {
    this.call = call;
    this.result = result;
    this.child = child;
  }

  InpaintCall call() {
    return call;
  }

  Attribute result() {
    return result;
  }

  LogicalPlan child() {
    return child;
  }

  InpaintNode withChild(LogicalPlan other) {
    return new InpaintNode(call, result, other);
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
  public Seq<LogicalPlan> children() {
    return CollectionConverters.asScala(List.of(child)).toSeq();
  }

  @Override
  public LogicalPlan withNewChildrenInternal(IndexedSeq<LogicalPlan> replaced) {
    return withChild(replaced.apply(0));
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
    return other instanceof InpaintNode;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InpaintNode node
        && call.equals(node.call)
        && result.equals(node.result)
        && child.equals(node.child);
  }

  @Override
  public int hashCode() {
    return Objects.hash(call, result, child);
  }
}
