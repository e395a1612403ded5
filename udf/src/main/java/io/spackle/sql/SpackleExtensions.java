package io.spackle.sql;

import io.spackle.codec.ImageCodec.ImageInfo;
import io.spackle.sql.SqlFunction.Arguments;
import io.spackle.sql.SqlFunction.Help;
import io.spackle.task.ImageInspector;
import java.io.Serializable;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.Option;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Registers the SQL functions with {@code spark.sql.extensions = io.spackle.sql.SpackleExtensions}:
 * {@code inpaint}, and the inspection of input images with {@code image_size}, {@code image_error},
 * {@code mask_coverage} and {@code fetch_image}.
 *
 * <p>The settings are those of the session, {@code spark.spackle.model.path} and so on, when a
 * query is analyzed. Locations are fetched under the rules of {@code spark.spackle.fetch}, on
 * executors as in a job. No function fails a query because of a row's values.
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
              new Help(
                  "_FUNC_(init_image, mask_image, prompt[, options]) - Inpaints the white region of"
                      + " the mask with the model spark.spackle.model.path. Images are locations or"
                      + " binary; options is a map or struct of a row's parameters. Returns status,"
                      + " image (the file), seed, error (code, message, stage) and further fields;"
                      + " a row that fails or has a NULL argument has the status 'failed' and an"
                      + " error.",
                  "SELECT _FUNC_(init, mask, 'a red door', map('num_inference_steps', '20',"
                      + " 'seed', '7')).image FROM images;"),
              (conf, arguments) -> InpaintCall.of(RecentFunctions.of(conf), arguments)),
          inspection(
              "image_size",
              SIZE,
              new Help(
                  "_FUNC_(image) - Returns width, height and format of an image, a location or"
                      + " binary, without decoding it; NULL if it is not an image, see image_error.",
                  "SELECT _FUNC_('https://example.com/a.jpg');\n"
                      + "       {\"width\":640,\"height\":480,\"format\":\"JPEG\"}"),
              (inspector, image) -> inspector.info(image).map(SpackleExtensions::row).orElse(null)),
          inspection(
              "image_error",
              ERROR,
              new Help(
                  "_FUNC_(image) - Returns why a row with this image, a location or binary, would"
                      + " fail: code, message and stage; NULL if it can be fetched and decoded.",
                  "SELECT _FUNC_(init_image).code, count(*) FROM manifest GROUP BY 1;"),
              (inspector, image) ->
                  inspector.fault(image).map(SpackleExtensions::row).orElse(null)),
          inspection(
              "mask_coverage",
              DataTypes.DoubleType,
              new Help(
                  "_FUNC_(mask) - Returns the masked fraction of a mask, a location or binary,"
                      + " 0 to 1; NULL if it is not an image, see image_error.",
                  "SELECT id FROM manifest WHERE _FUNC_(mask_image) > 0.9;"),
              (inspector, image) -> inspector.coverage(image).orElse(null)),
          inspection(
              "fetch_image",
              DataTypes.BinaryType,
              new Help(
                  "_FUNC_(location) - Returns the bytes at a location; NULL if they cannot be"
                      + " fetched, see image_error.",
                  "SELECT id, _FUNC_(init_image) FROM manifest;"),
              (inspector, image) -> inspector.file(image).orElse(null)));

  /** The inspection of an image that is not NULL. */
  @FunctionalInterface
  private interface Inspection extends BiFunction<ImageInspector, Object, Object>, Serializable {}

  /** All functions. */
  static List<SqlFunction> functions() {
    return FUNCTIONS;
  }

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    FUNCTIONS.forEach(function -> extensions.injectFunction(function.registration()));
    extensions.injectResolutionRule(session -> new ResolveCatalogFunctions());
    extensions.injectPreCBORule(session -> new ExtractInpaint());
    extensions.injectPreCBORule(session -> new PushBelowInpaint());
    extensions.injectPlannerStrategy(session -> new InpaintStrategy());
    return BoxedUnit.UNIT;
  }

  private static SqlFunction inspection(
      String name, DataType type, Help help, Inspection inspection) {
    return new SqlFunction(
        name,
        new Arguments(1, 1),
        type,
        help,
        (conf, arguments) ->
            new ScalaUDF(
                apply(conf.inspector(), inspection),
                type,
                Plans.seq(arguments),
                Plans.seq(List.of()),
                Option.empty(),
                Option.apply(name),
                true,
                true));
  }

  private static Function1<Object, Object> apply(ImageInspector inspector, Inspection inspection) {
    return (Function1<Object, Object> & Serializable)
        image -> image == null ? null : inspection.apply(inspector, image);
  }

  private static Row row(ImageInfo info) {
    return RowFactory.create(info.width(), info.height(), info.format());
  }

  private static Row row(ImageInspector.Fault fault) {
    return RowFactory.create(fault.code().name(), fault.message(), fault.stage().name());
  }
}
