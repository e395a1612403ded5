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
 * A function of SQL.
 *
 * @param arguments how many it takes
 * @param type of its result
 * @param evaluation how often Spark may compute it
 * @param help what {@code DESCRIBE FUNCTION} tells
 * @param body to a Scala function of the most arguments, made whenever a query is analysed
 */
record SqlFunction(
    String name,
    Arguments arguments,
    DataType type,
    Evaluation evaluation,
    Help help,
    Function<SessionConf, Object> body) {

  private static final String SINCE = "0.1.0";

  /** How many arguments, both included; those left out are null. */
  record Arguments(int fewest, int most) {}

  /** How often Spark may compute the function for one row. */
  enum Evaluation {
    /** Not a second time where a plan would be simpler for it; aggregates do not take it. */
    ONCE,
    FREE
  }

  /**
   * What is told of the function.
   *
   * @param usage in which {@code _FUNC_} is the name
   * @param example a query and what it gives
   */
  record Help(String usage, String example) {}

  /** As Spark's extensions take it. */
  Tuple3<FunctionIdentifier, ExpressionInfo, Function1<Seq<Expression>, Expression>> described() {
    return new Tuple3<>(
        new FunctionIdentifier(name), info(), given -> call(CollectionConverters.asJava(given)));
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

  private Expression call(List<Expression> given) {
    if (given.size() < arguments.fewest() || given.size() > arguments.most()) {
      throw new IllegalArgumentException(
          "%s has %d arguments, expected %s"
              .formatted(name, given.size(), help.usage().replace("_FUNC_", name)));
    }
    List<Expression> children = new ArrayList<>(given);
    while (children.size() < arguments.most()) {
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
