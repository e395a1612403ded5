package io.spackle.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.encoders.ExpressionEncoder;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.Function1;
import scala.Option;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A SQL function.
 *
 * @param arguments the number of arguments
 * @param type of the result
 * @param evaluation how often Spark may evaluate it
 * @param help for {@code DESCRIBE FUNCTION}
 * @param body creates a Scala function of the maximum number of arguments when a query is analyzed
 */
record SqlFunction(
    String name,
    Arguments arguments,
    DataType type,
    Evaluation evaluation,
    Help help,
    Function<SessionConf, Object> body) {

  private static final String SINCE = "0.1.0";

  /** The number of arguments, both inclusive; omitted ones are null. */
  record Arguments(int min, int max) {}

  /** How often Spark may evaluate the function for one row. */
  enum Evaluation {
    /** Once: optimizations do not duplicate it, and aggregates do not accept it. */
    ONCE,
    FREE
  }

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
        new FunctionIdentifier(name), info(), args -> call(CollectionConverters.asJava(args)));
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

  private Expression call(List<Expression> actual) {
    if (actual.size() < arguments.min() || actual.size() > arguments.max()) {
      throw new IllegalArgumentException(
          "%s has %d arguments, expected %s"
              .formatted(name, actual.size(), help.usage().replace("_FUNC_", name)));
    }
    List<Expression> children = new ArrayList<>(actual);
    while (children.size() < arguments.max()) {
      children.add(new Literal(null, DataTypes.NullType));
    }
    return new ScalaUDF(
        body.apply(SessionConf.of(SparkSession.active(), Map.of())),
        type,
        CollectionConverters.asScala(children).toSeq(),
        CollectionConverters.asScala(List.<Option<ExpressionEncoder<?>>>of()).toSeq(),
        Option.empty(),
        Option.apply(name),
        true,
        evaluation == Evaluation.FREE);
  }
}
