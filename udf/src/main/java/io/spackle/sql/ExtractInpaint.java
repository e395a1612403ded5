package io.spackle.sql;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Takes the calls of {@code inpaint} out of expressions: each becomes an {@link InpaintNode} below
 * the operator that has the expression, which then reads the column of the results.
 */
final class ExtractInpaint extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    Function1<LogicalPlan, LogicalPlan> each = this::apply;
    return extracted(plan.mapChildren(each));
  }

  private static LogicalPlan extracted(LogicalPlan plan) {
    boolean hasCalls =
        !(plan instanceof InpaintNode)
            && CollectionConverters.asJava(plan.expressions()).stream()
                .anyMatch(ExtractedCalls::isIn);
    if (!hasCalls || plan.children().size() != 1) {
      return plan;
    }
    if (plan instanceof Filter filter) {
      return filtered(filter);
    }
    ExtractedCalls calls = new ExtractedCalls();
    Function1<Expression, Expression> replace = calls::replaced;
    LogicalPlan above = plan.mapExpressions(replace);
    LogicalPlan child = plan.children().head();
    LogicalPlan below = calls.over(plan instanceof Project ? pruned(child, above, calls) : child);
    return withOutput(plan, above.withNewChildren(Plans.seq(List.of(below))));
  }

  /** Conditions without calls come first: rows that they drop need no image. */
  private static LogicalPlan filtered(Filter filter) {
    List<Expression> free = new ArrayList<>();
    List<Expression> calling = new ArrayList<>();
    Plans.conjuncts(filter.condition())
        .forEach(part -> (ExtractedCalls.isIn(part) ? calling : free).add(part));
    ExtractedCalls calls = new ExtractedCalls();
    Expression condition = calls.replaced(Plans.conjunction(calling));
    LogicalPlan child =
        free.isEmpty() ? filter.child() : new Filter(Plans.conjunction(free), filter.child());
    return withOutput(filter, new Filter(condition, calls.over(child)));
  }

  /** The columns that are needed above; Spark prunes those of sources only where it sees so. */
  private static LogicalPlan pruned(LogicalPlan child, LogicalPlan above, ExtractedCalls calls) {
    AttributeSet needed = above.references().$plus$plus(calls.references());
    List<NamedExpression> kept = new ArrayList<>();
    for (Attribute column : CollectionConverters.asJava(child.output())) {
      if (needed.contains(column)) {
        kept.add(column);
      }
    }
    return kept.size() == child.output().size() ? child : new Project(Plans.seq(kept), child);
  }

  private static LogicalPlan withOutput(LogicalPlan old, LogicalPlan plan) {
    if (plan.output().equals(old.output())) {
      return plan;
    }
    List<NamedExpression> columns = new ArrayList<>(CollectionConverters.asJava(old.output()));
    return new Project(Plans.seq(columns), plan);
  }
}
