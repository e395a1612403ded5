package io.spackle.sql;

import io.spackle.codec.ImageCodec.ImageInfo;
import io.spackle.sql.SqlFunction.Arguments;
import io.spackle.sql.SqlFunction.Evaluation;
import io.spackle.sql.SqlFunction.Help;
import io.spackle.task.ImageInspector;
import java.io.Serializable;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * The functions of SQL, for {@code spark.sql.extensions = io.spackle.sql.SpackleExtensions}: {@code
 * inpaint}, and a look at images before anything is painted: {@code image_size}, {@code
 * image_error}, {@code mask_coverage} and {@code fetch_image}.
 *
 * <p>Settings are those of the session, {@code spark.spackle.model.path} and so on, when a query is
 * analysed. Locations are read by the rules of {@code spark.spackle.fetch}, on executors as in a
 * job. No function fails a query for what a row holds.
 */
public final class SpackleExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {

  private static final StructType SIZE = StructType.fromDDL("width int, height int, format string");

  private static final StructType ERROR =
      StructType.fromDDL("code string, message string, stage string");

  private static final List<SqlFunction> FUNCTIONS =
      List.of(
          new SqlFunction(
              "inpaint",
              new Arguments(3, 4),
              InpaintFunction.TYPE,
              Evaluation.ONCE,
              new Help(
                  "_FUNC_(init_image, mask_image, prompt[, options]) - Repaints what is white in the"
                      + " mask, with the model spark.spackle.model.path. Images are locations or"
                      + " binary; options a map or struct of a row's parameters. Returns status,"
                      + " image (the file), seed, error (code, message, stage) and what else is"
                      + " known; a row that fails has the status 'failed' and an error, and so has"
                      + " one with a NULL.",
                  "SELECT _FUNC_(init, mask, 'a red door', map('num_inference_steps', '20',"
                      + " 'seed', '7')).image FROM images;"),
              conf -> InpaintFunction.of(conf.setup())),
          looking(
              "image_size",
              SIZE,
              new Help(
                  "_FUNC_(image) - Returns width, height and format of an image, a location or"
                      + " binary, without decoding it; NULL if it is none, see image_error.",
                  "SELECT _FUNC_('https://example.com/a.jpg');\n"
                      + "       {\"width\":640,\"height\":480,\"format\":\"JPEG\"}"),
              (look, image) -> look.info(image).map(SpackleExtensions::row).orElse(null)),
          looking(
              "image_error",
              ERROR,
              new Help(
                  "_FUNC_(image) - Returns why a row with this image, a location or binary, would"
                      + " fail: code, message and stage; NULL if it can be fetched and decoded.",
                  "SELECT _FUNC_(init_image).code, count(*) FROM manifest GROUP BY 1;"),
              (look, image) -> look.fault(image).map(SpackleExtensions::row).orElse(null)),
          looking(
              "mask_coverage",
              DataTypes.DoubleType,
              new Help(
                  "_FUNC_(mask) - Returns the share of a mask, a location or binary, that is"
                      + " repainted, 0 to 1; NULL if it is no image, see image_error.",
                  "SELECT id FROM manifest WHERE _FUNC_(mask_image) > 0.9;"),
              (look, image) -> look.coverage(image).orElse(null)),
          looking(
              "fetch_image",
              DataTypes.BinaryType,
              new Help(
                  "_FUNC_(location) - Returns the bytes at a location; NULL if they cannot be"
                      + " fetched, see image_error.",
                  "SELECT id, _FUNC_(init_image) FROM manifest;"),
              (look, image) -> look.file(image).orElse(null)));

  /** What is done with an image; NULL stays NULL. */
  @FunctionalInterface
  private interface Looking extends BiFunction<ImageInspector, Object, Object>, Serializable {}

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    FUNCTIONS.forEach(function -> extensions.injectFunction(function.described()));
    return BoxedUnit.UNIT;
  }

  private static SqlFunction looking(String name, DataType type, Help help, Looking looking) {
    Function<SessionConf, Object> body = conf -> at(conf.look(), looking);
    return new SqlFunction(name, new Arguments(1, 1), type, Evaluation.FREE, help, body);
  }

  private static Function1<Object, Object> at(ImageInspector look, Looking looking) {
    return (Function1<Object, Object> & Serializable)
        image -> image == null ? null : looking.apply(look, image);
  }

  private static Row row(ImageInfo info) {
    return RowFactory.create(info.width(), info.height(), info.format());
  }

  private static Row row(ImageInspector.Fault fault) {
    return RowFactory.create(fault.code().name(), fault.message(), fault.stage().name());
  }
}
