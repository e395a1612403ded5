package io.spackle.sql;

import org.apache.spark.sql.catalyst.expressions.ApplyFunctionExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/** Replaces the functions of {@link SpackleCatalog} by those of the extensions. */
final class ResolveCatalogFunctions extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    Function1<LogicalPlan, LogicalPlan> each = this::apply;
    Function1<Expression, Expression> replace = ResolveCatalogFunctions::replaced;
    return plan.mapChildren(each).mapExpressions(replace);
  }

  private static Expression replaced(Expression expression) {
    Function1<Expression, Expression> inside = ResolveCatalogFunctions::replaced;
    Expression outer = expression.mapChildren(inside);
    return outer instanceof ApplyFunctionExpression call
            && call.function() instanceof SpackleCatalog.Bound bound
        ? bound.function().of(CollectionConverters.asJava(call.children()))
        : outer;
  }
}
