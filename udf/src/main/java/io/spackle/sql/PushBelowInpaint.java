package io.spackle.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Moves conditions and limits that do not depend on results of {@code inpaint} below it, since no
 * image is needed of the rows that they drop. Spark does so for deterministic expressions only.
 */
final class PushBelowInpaint extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    Function1<LogicalPlan, LogicalPlan> each = this::apply;
    return pushed(plan.mapChildren(each));
  }

  private static LogicalPlan pushed(LogicalPlan plan) {
    if (plan instanceof Filter filter) {
      return filtered(filter);
    }
    if (plan instanceof LocalLimit limit && isOverNode(limit.child())) {
      return new LocalLimit(limit.limitExpr(), limited(limit.child(), limit.limitExpr()));
    }
    return plan;
  }

  private static boolean isOverNode(LogicalPlan plan) {
    return plan instanceof InpaintNode
        || plan instanceof Project project && isOverNode(project.child());
  }

  private static LogicalPlan limited(LogicalPlan plan, Expression limit) {
    if (plan instanceof Project project && isOverNode(project.child())) {
      return new Project(project.projectList(), limited(project.child(), limit));
    }
    return plan instanceof InpaintNode node
        ? node.withChild(limited(node.child(), limit))
        : new LocalLimit(limit, plan);
  }

  private static LogicalPlan filtered(Filter filter) {
    if (filter.child() instanceof InpaintNode node) {
      List<Expression> below = new ArrayList<>();
      List<Expression> above = new ArrayList<>();
      Plans.conjuncts(filter.condition())
          .forEach(part -> (isFreeOf(node, part) ? below : above).add(part));
      LogicalPlan inner =
          below.isEmpty()
              ? node
              : node.withChild(filtered(new Filter(Plans.conjunction(below), node.child())));
      return above.isEmpty() ? inner : new Filter(Plans.conjunction(above), inner);
    }
    if (filter.child() instanceof Project project
        && isOverNode(project.child())
        && project.projectList().forall(column -> ((Expression) column).deterministic())) {
      Expression condition = withoutAliases(filter.condition(), project);
      return new Project(project.projectList(), filtered(new Filter(condition, project.child())));
    }
    return filter;
  }

  private static boolean isFreeOf(InpaintNode node, Expression condition) {
    return condition.deterministic() && condition.references().subsetOf(node.child().outputSet());
  }

  /** A condition in terms of the columns below a projection. */
  private static Expression withoutAliases(Expression condition, Project project) {
    Map<ExprId, Expression> values = new HashMap<>();
    for (NamedExpression column : CollectionConverters.asJava(project.projectList())) {
      if (column instanceof Alias alias) {
        values.put(alias.exprId(), alias.child());
      }
    }
    return replaced(condition, values);
  }

  private static Expression replaced(Expression expression, Map<ExprId, Expression> values) {
    if (expression instanceof Attribute column) {
      return values.getOrDefault(column.exprId(), column);
    }
    Function1<Expression, Expression> inside = part -> replaced(part, values);
    return expression.mapChildren(inside);
  }
}
