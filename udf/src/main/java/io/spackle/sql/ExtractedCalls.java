package io.spackle.sql;

import io.spackle.conf.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.CaseWhen;
import org.apache.spark.sql.catalyst.expressions.Coalesce;
import org.apache.spark.sql.catalyst.expressions.EqualNullSafe;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.IsNull;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.Not;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.Metadata;
import scala.Function1;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The calls of {@code inpaint} in the expressions of one operator, and the columns of their
 * results. Equal calls have one column.
 *
 * <p>A call in a branch of {@code if}, {@code CASE} or {@code coalesce} has the condition of this
 * branch: an image is generated only for the rows that take it.
 */
final class ExtractedCalls {

  private final Map<InpaintCall, Attribute> results = new LinkedHashMap<>();

  static boolean isIn(Expression expression) {
    Function1<Expression, Object> isCall = part -> part instanceof InpaintCall;
    return expression.exists(isCall);
  }

  /** An expression with columns in the place of its calls. */
  Expression replaced(Expression expression) {
    return replaced(expression, Literal.TrueLiteral());
  }

  /** A plan with a node for each call above it. */
  LogicalPlan over(LogicalPlan child) {
    LogicalPlan plan = child;
    for (Map.Entry<InpaintCall, Attribute> result : results.entrySet()) {
      plan = new InpaintNode(result.getKey(), result.getValue(), plan);
    }
    return plan;
  }

  /** The columns that the calls read. */
  AttributeSet references() {
    return AttributeSet.apply(Plans.seq(new ArrayList<Expression>(results.keySet())));
  }

  private Expression replaced(Expression expression, Expression condition) {
    if (!isIn(expression)) {
      return expression;
    }
    if (expression instanceof If choice) {
      return choice(choice, condition);
    }
    if (expression instanceof CaseWhen cases) {
      return cases(cases, condition);
    }
    if (expression instanceof Coalesce values) {
      return values(values, condition);
    }
    if (expression instanceof LambdaFunction) {
      throw new RefusedException(
          "inpaint is called in a lambda function, which has no rows: explode the array first");
    }
    Function1<Expression, Expression> inside = part -> replaced(part, condition);
    Expression outer = expression.mapChildren(inside);
    return outer instanceof InpaintCall call ? result(call.under(condition)) : outer;
  }

  private Expression result(InpaintCall call) {
    return results.computeIfAbsent(
        call,
        unused ->
            new AttributeReference(
                call.prettyName(),
                call.dataType(),
                call.nullable(),
                Metadata.empty(),
                NamedExpression.newExprId(),
                Plans.seq(List.of())));
  }

  private Expression choice(If choice, Expression condition) {
    Expression predicate = replaced(choice.predicate(), condition);
    return new If(
        predicate,
        replaced(choice.trueValue(), both(condition, predicate)),
        replaced(choice.falseValue(), both(condition, isNotTrue(predicate))));
  }

  private Expression cases(CaseWhen cases, Expression condition) {
    Expression reached = condition;
    List<Tuple2<Expression, Expression>> branches = new ArrayList<>();
    for (Tuple2<Expression, Expression> branch : CollectionConverters.asJava(cases.branches())) {
      Expression predicate = replaced(branch._1(), reached);
      branches.add(new Tuple2<>(predicate, replaced(branch._2(), both(reached, predicate))));
      reached = both(reached, isNotTrue(predicate));
    }
    Expression last = reached;
    Function1<Expression, Expression> otherwise = value -> replaced(value, last);
    return new CaseWhen(Plans.seq(branches), cases.elseValue().map(otherwise));
  }

  private Expression values(Coalesce values, Expression condition) {
    Expression reached = condition;
    List<Expression> all = new ArrayList<>();
    for (Expression value : CollectionConverters.asJava(values.children())) {
      Expression replaced = replaced(value, reached);
      all.add(replaced);
      reached = both(reached, new IsNull(replaced));
    }
    return new Coalesce(Plans.seq(all));
  }

  private static Expression isNotTrue(Expression predicate) {
    return new Not(new EqualNullSafe(predicate, Literal.TrueLiteral()));
  }

  /** A further condition that has another value each time it is evaluated limits nothing. */
  private static Expression both(Expression condition, Expression further) {
    if (!further.deterministic()) {
      return condition;
    }
    return condition.equals(Literal.TrueLiteral()) ? further : new And(condition, further);
  }
}
