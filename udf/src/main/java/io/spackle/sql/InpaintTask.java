package io.spackle.sql;

import io.spackle.sql.InpaintFunction.Arguments;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.InterpretedProjection;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import scala.Function1;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction2;

/** A task of {@link InpaintExec}: the rows of a partition in, the same rows with results out. */
final class InpaintTask
    extends AbstractFunction2<
        Object, scala.collection.Iterator<InternalRow>, scala.collection.Iterator<InternalRow>>
    implements Serializable {

  private static final long serialVersionUID = 1L;

  private final InpaintCall call;
  private final Seq<Attribute> input;
  private final Seq<Attribute> output;
  private final InpaintMetrics metrics;

  /**
   * @param input columns of the rows
   * @param output the same columns and that of the results
   */
  InpaintTask(
      InpaintCall call, Seq<Attribute> input, Seq<Attribute> output, InpaintMetrics metrics) {
    this.call = call;
    this.input = input;
    this.output = output;
    this.metrics = metrics;
  }

  /**
   * A row of the input.
   *
   * @param arguments of the function, or null if it is not called for this row
   */
  private record Called(InternalRow row, Arguments arguments) {}

  /** A row with the result of the function, or null, also in Spark's format. */
  private record Answered(InternalRow row, Row result, Object converted) {}

  @Override
  public scala.collection.Iterator<InternalRow> apply(
      Object partition, scala.collection.Iterator<InternalRow> rows) {
    Iterator<Called> calls = calls((Integer) partition, CollectionConverters.asJava(rows));
    Function1<Object, Object> toCatalyst =
        CatalystTypeConverters.createToCatalystConverter(InpaintFunction.TYPE);
    Iterator<Answered> answers =
        call.function()
            .call(
                calls,
                Called::arguments,
                (called, result) -> new Answered(called.row(), result, toCatalyst.apply(result)));
    return CollectionConverters.asScala(joined(answers));
  }

  /** Evaluates the arguments, on the task's thread. */
  private Iterator<Called> calls(int partition, Iterator<InternalRow> rows) {
    InterpretedProjection arguments = new InterpretedProjection(call.children(), input);
    arguments.initialize(partition);
    List<Function1<Object, Object>> converters =
        CollectionConverters.asJava(call.children()).stream()
            .map(Expression::dataType)
            .map(CatalystTypeConverters::createToScalaConverter)
            .toList();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Called next() {
        InternalRow row = rows.next().copy(); // Spark uses the same row for the next values
        GenericInternalRow values = (GenericInternalRow) arguments.apply(row);
        Object[] converted = new Object[converters.size()];
        for (int i = 0; i < converted.length; i++) {
          converted[i] = converters.get(i).apply(values.genericGet(i));
        }
        return new Called(row, InpaintCall.arguments(converted));
      }
    };
  }

  private Iterator<InternalRow> joined(Iterator<Answered> answers) {
    UnsafeProjection projection = UnsafeProjection.create(Plans.columns(output), output);
    InpaintMetrics.OfTask ofTask = metrics.new OfTask();
    JoinedRow joined = new JoinedRow();
    return new Iterator<>() {
      private boolean isEnded;

      @Override
      public boolean hasNext() {
        boolean hasNext = answers.hasNext();
        if (!hasNext && !isEnded) {
          isEnded = true;
          ofTask.end();
        }
        return hasNext;
      }

      @Override
      public InternalRow next() {
        Answered answer = answers.next();
        ofTask.add(answer.result());
        InternalRow result = new GenericInternalRow(new Object[] {answer.converted()});
        return projection.apply(joined.apply(answer.row(), result));
      }
    };
  }
}
