package io.spackle.sql;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.types.DataType;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A SQL function.
 *
 * @param arguments the number of arguments
 * @param type of the result
 * @param help for {@code DESCRIBE FUNCTION}
 * @param call makes a call of its arguments when a query is analyzed
 */
record SqlFunction(
    String name,
    Arguments arguments,
    DataType type,
    Help help,
    BiFunction<SessionConf, List<Expression>, Expression> call) {

  private static final String SINCE = "0.1.0";

  /** The number of arguments, both inclusive; omitted ones are null. */
  record Arguments(int min, int max) {}

  /**
   * The documentation of a function.
   *
   * @param usage in which {@code _FUNC_} stands for the name
   * @param example a query and its result
   */
  record Help(String usage, String example) {}

  /** The form in which Spark's extensions register it. */
  Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>>
      registration() {
    return new Tuple3<>(
        new FunctionIdentifier(name), info(), args -> of(CollectionConverters.asJava(args)));
  }

  private ExpressionInfo info() {
    return new ExpressionInfo(
        SpackleExtensions.class.getName(),
        "",
        name,
        help.usage(),
        "",
        "\n    Examples:\n      > " + help.example() + "\n  ",
        "",
        "misc_funcs",
        SINCE,
        "",
        "java_udf");
  }

  /**
   * A call in a query of the active session.
   *
   * @throws IllegalArgumentException if the number of arguments is wrong
   */
  Expression of(List<Expression> actual) {
    if (actual.size() < arguments.min() || actual.size() > arguments.max()) {
      throw new IllegalArgumentException(
          "%s has %d arguments, expected %s"
              .formatted(name, actual.size(), help.usage().replace("_FUNC_", name)));
    }
    return call.apply(SessionConf.of(SparkSession.active(), Map.of()), actual);
  }
}
