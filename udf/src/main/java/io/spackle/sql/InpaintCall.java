package io.spackle.sql;

import io.spackle.sql.InpaintFunction.Arguments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.UserDefinedExpression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A call of {@code inpaint} in a query, until {@link ExtractInpaint} gives it an operator of its
 * own. It cannot be evaluated row by row.
 *
 * <p>It counts as nondeterministic, although it is not, so that no rule of Spark duplicates it.
 */
public final class InpaintCall extends Expression
    implements Unevaluable, UserDefinedExpression, Serializable {

  private static final long serialVersionUID = 1L;
  private static final String NAME = "inpaint";
  private static final int OPTIONS = 3;
  private static final int ARGUMENTS = 4;
  private static final Expression NULL = new Literal(null, DataTypes.NullType);

  private final InpaintFunction function;
  private final Seq<Expression> children;

  /**
   * @param children the four arguments of the function, and the condition under which it is called
   */
  public InpaintCall(InpaintFunction function, Seq<Expression> children) {
    this.function = function;
    this.children = children;
  }

  /** An unconditional call. */
  static InpaintCall of(InpaintFunction function, List<Expression> arguments) {
    List<Expression> children = new ArrayList<>(arguments);
    while (children.size() < ARGUMENTS) {
      children.add(NULL);
    }
    children.add(Literal.TrueLiteral());
    return new InpaintCall(function, Plans.seq(children));
  }

  /** The same call for the rows of a condition; its result is null for others. */
  InpaintCall under(Expression condition) {
    List<Expression> conditional = new ArrayList<>(CollectionConverters.asJava(children));
    conditional.set(ARGUMENTS, condition);
    return new InpaintCall(function, Plans.seq(conditional));
  }

  InpaintFunction function() {
    return function;
  }

  /** The arguments in the values of the children; null if the condition does not hold. */
  static Arguments arguments(Object... values) {
    return Boolean.TRUE.equals(values[ARGUMENTS])
        ? new Arguments(values[0], values[1], values[2], values[OPTIONS])
        : null;
  }

  @Override
  public Seq<Expression> children() {
    return children;
  }

  @Override
  public Expression withNewChildrenInternal(IndexedSeq<Expression> replaced) {
    return new InpaintCall(function, replaced);
  }

  @Override
  public DataType dataType() {
    return InpaintFunction.TYPE;
  }

  @Override
  public boolean nullable() {
    return true;
  }

  @Override
  public boolean deterministic() {
    return false;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String prettyName() {
    return NAME;
  }

  @Override
  public String sql() {
    return text(Expression::sql);
  }

  @Override
  public String toString() {
    return text(Expression::toString);
  }

  /** The call as in a query, without what was not written there. */
  private String text(Function<Expression, String> each) {
    boolean hasOptions = !children.apply(OPTIONS).equals(NULL);
    String arguments =
        CollectionConverters.asJava(children).stream()
            .limit(hasOptions ? ARGUMENTS : OPTIONS)
            .map(each)
            .collect(Collectors.joining(", ", NAME + "(", ")"));
    Expression condition = children.apply(ARGUMENTS);
    return condition.equals(Literal.TrueLiteral())
        ? arguments
        : arguments + " FILTER (WHERE " + each.apply(condition) + ")";
  }

  @Override
  public Object eval(InternalRow row) {
    throw notExtracted();
  }

  @Override
  public ExprCode doGenCode(CodegenContext context, ExprCode code) {
    throw notExtracted();
  }

  private UnsupportedOperationException notExtracted() {
    return new UnsupportedOperationException(
        "inpaint cannot be called here: select it, and use its column");
  }

  @Override
  public int productArity() {
    return 2;
  }

  @Override
  public Object productElement(int index) {
    return index == 0 ? function : children;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof InpaintCall;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InpaintCall call
        && function == call.function
        && children.equals(call.children);
  }

  @Override
  public int hashCode() {
    return Objects.hash(function, children);
  }
}
