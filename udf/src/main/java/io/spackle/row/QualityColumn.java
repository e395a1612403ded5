package io.spackle.row;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;
import static org.apache.spark.sql.types.DataTypes.createStructField;

import io.spackle.row.MadeImage.Measured;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The column {@code quality} of meta rows: a struct of arrays, each with one value per image of the
 * row. Arrays, and not an array of structs, so that tables can get further fields.
 */
final class QualityColumn {

  /** A field and its value for an image. */
  private record Field(String name, DataType type, Function<MadeImage, Object> value) {}

  private static final List<Field> FIELDS =
      List.of(
          ofPixels("kept_pixels_changed", LongType, of -> of.pixels().changes().kept()),
          ofPixels("regenerated", DoubleType, of -> of.pixels().changes().regenerated()),
          ofPixels("seam", DoubleType, of -> of.pixels().fit().seam()),
          ofPixels("sharpness", DoubleType, of -> of.pixels().fit().sharpness()),
          ofPixels("exposure", DoubleType, of -> of.pixels().fit().exposure()),
          ofPixels("colour", DoubleType, of -> of.pixels().fit().colour()),
          ofPixels("hash", StringType, of -> of.pixels().hash()),
          ofPixels("score", DoubleType, Measured::score),
          new Field("tries", IntegerType, MadeImage::tries));

  /** The type of the column. */
  static final StructType TYPE =
      new StructType(
          FIELDS.stream()
              .map(field -> createStructField(field.name(), createArrayType(field.type()), true))
              .toArray(StructField[]::new));

  private QualityColumn() {}

  /** The value for the images of a row; null if none was measured. */
  static Row of(List<MadeImage> images) {
    if (images.stream().allMatch(image -> image.quality().isEmpty())) {
      return null;
    }
    Object[] values =
        FIELDS.stream()
            .map(field -> CollectionConverters.asScala(values(field, images)).toSeq())
            .toArray();
    return new GenericRowWithSchema(values, TYPE);
  }

  private static List<Object> values(Field field, List<MadeImage> images) {
    return images.stream().map(field.value()).toList();
  }

  private static Field ofPixels(String name, DataType type, Function<Measured, Object> value) {
    return new Field(name, type, image -> image.quality().map(value).orElse(null));
  }
}
