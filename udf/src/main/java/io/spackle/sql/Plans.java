package io.spackle.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Parts of Spark's plans. */
final class Plans {

  private Plans() {}

  static <T> Seq<T> seq(List<T> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  /** The columns of rows with a further one. */
  static Seq<Attribute> with(Attribute further, Seq<Attribute> columns) {
    List<Attribute> all = new ArrayList<>(CollectionConverters.asJava(columns));
    all.add(further);
    return seq(all);
  }

  /** Columns as expressions. */
  static Seq<Expression> columns(Seq<Attribute> columns) {
    return seq(new ArrayList<>(CollectionConverters.asJava(columns)));
  }

  /** The conditions that must all hold. */
  static List<Expression> conjuncts(Expression condition) {
    return condition instanceof And and
        ? Stream.of(and.left(), and.right()).flatMap(side -> conjuncts(side).stream()).toList()
        : List.of(condition);
  }

  /** The condition that all of some hold, at least one. */
  static Expression conjunction(List<Expression> conditions) {
    return conditions.stream().reduce(And::new).orElseThrow();
  }
}
