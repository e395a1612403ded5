package io.spackle.sql;

import org.apache.spark.sql.catalyst.expressions.ApplyFunctionExpression;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractPartialFunction;

/**
 * Replaces the functions of {@link SpackleCatalog} by those of the extensions, in what Spark has
 * not analyzed yet.
 */
final class ResolveCatalogFunctions extends Rule<LogicalPlan> {

  @Override
  public LogicalPlan apply(LogicalPlan plan) {
    return plan.resolveExpressions(new OfCatalog());
  }

  private static final class OfCatalog extends AbstractPartialFunction<Expression, Expression> {

    @Override
    public boolean isDefinedAt(Expression expression) {
      return expression instanceof ApplyFunctionExpression call
          && call.function() instanceof SpackleCatalog.Bound;
    }

    @Override
    public Expression apply(Expression expression) {
      ApplyFunctionExpression call = (ApplyFunctionExpression) expression;
      SpackleCatalog.Bound bound = (SpackleCatalog.Bound) call.function();
      return bound.function().of(CollectionConverters.asJava(call.children()));
    }
  }
}
