package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.family.ModelTraits;
import io.spackle.row.ForeignColumns;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.sink.ImageLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The rules for the columns of a manifest. */
public final class ManifestColumns {

  /** The columns that models of some family require; a manifest without rows has these. */
  static final StructType REQUIRED =
      new StructType()
          .add(RowColumns.INIT_IMAGE, DataTypes.StringType)
          .add(RowColumns.MASK_IMAGE, DataTypes.StringType)
          .add(RowColumns.REFERENCE_IMAGE, DataTypes.StringType)
          .add(RowColumns.PROMPT, DataTypes.StringType);

  private static final String RESERVED_PREFIX = "_spackle_";

  /** A regular expression for absolute paths and URIs. */
  private static final String ABSOLUTE = "^[ \\t]*(/|[A-Za-z][A-Za-z0-9+.-]*:)";

  private ManifestColumns() {}

  /** Adds a problem if rows have webhooks, whose calls name image files, and there are none. */
  public static void checkWebhooks(StructType manifest, ImageLayout images, Problems problems) {
    if (images != ImageLayout.FILES && RowColumns.has(manifest, RowColumns.WEBHOOK)) {
      problems.add(
          "the manifest has a column webhook, whose calls name image files, but spackle.output.images is %s: set it to files, or remove the column"
              .formatted(images.name().toLowerCase(Locale.ROOT)));
    }
  }

  /**
   * Returns the columns of a manifest, those of the API as strings, without that of malformed
   * lines.
   *
   * @throws RefusedException naming each column that is missing, duplicate or of the wrong type
   */
  static StructType checked(StructType found) {
    List<String> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    StructType checked = new StructType();
    for (StructField field : found.fields()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (name.equals(RowColumns.CORRUPT)) {
        continue;
      }
      if (!names.add(name)) {
        problems.add("the manifest has the column " + name + " twice (column names ignore case)");
      }
      if (name.startsWith(RESERVED_PREFIX)) {
        problems.add(
            "the manifest has the column " + name + ", whose name is reserved for Spackle");
      }
      checkType(name, field.dataType(), problems);
      checked = checked.add(field.name(), typeOf(field));
    }
    if (!names.contains(RowColumns.INIT_IMAGE)) {
      RowColumns.missingImages(found, false)
          .forEach(column -> problems.add(missing(found, column)));
      addNestedRows(found, problems);
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return checked;
  }

  private static String missing(StructType manifest, String column) {
    return "the manifest has no column " + column + instead(manifest, column);
  }

  /**
   * Adds a problem if no row can have a mask.
   *
   * @param hasDefault whether the configuration has one for rows without
   */
  public static void checkMasks(
      ManifestInput input, StructType manifest, boolean hasDefault, Problems problems) {
    if (RowColumns.missingImages(manifest, hasDefault).contains(RowColumns.MASK_IMAGE)) {
      String columns =
          missing(manifest, RowColumns.MASK_IMAGE)
              + ", nor mask_from or extend, and neither spackle.defaults.mask-from, mask-image nor"
              + " spackle.image.extend is set";
      problems.add(input.masksExpected().orElse(columns));
    }
  }

  /** Names columns that hold the rows, as in {@code {"data": [{"init_image": ...}]}}. */
  private static void addNestedRows(StructType found, List<String> problems) {
    for (StructField field : found.fields()) {
      if (field.dataType() instanceof ArrayType list
          && list.elementType() instanceof StructType row
          && RowColumns.has(row, RowColumns.INIT_IMAGE)) {
        problems.add("its column " + field.name() + " is a list of rows: save that list alone");
      }
    }
  }

  /** What the owner of a manifest should know about columns that are not used. */
  public static List<String> warnings(StructType manifest) {
    return ForeignColumns.in(manifest.fieldNames()).stream()
        .map(ForeignColumns.Foreign::warning)
        .toList();
  }

  /**
   * Adds a problem if what guides the model is missing: prompts, of which neither manifest nor
   * configuration has any, or reference images.
   */
  public static void checkGuide(
      StructType manifest, RowDefaults defaults, ModelTraits traits, Problems problems) {
    String missing = "the manifest has no column %s, which models of the family %s need%s";
    boolean hasReferences = RowColumns.has(manifest, RowColumns.REFERENCE_IMAGE);
    switch (traits.guide()) {
      case PROMPT -> {
        if (defaults.references().required() && !hasReferences) {
          problems.add(
              "the manifest has no column %s, which spackle.reference.required asks for%s"
                  .formatted(
                      RowColumns.REFERENCE_IMAGE, instead(manifest, RowColumns.REFERENCE_IMAGE)));
        }
        boolean mayNeedPrompt = !hasReferences || defaults.references().context().readsPrompt();
        if (mayNeedPrompt
            && defaults.prompts().prompt() == null
            && !RowColumns.has(manifest, RowColumns.PROMPT)) {
          problems.add(
              missing.formatted(
                      RowColumns.PROMPT, traits.family(), instead(manifest, RowColumns.PROMPT))
                  + ", and spackle.defaults.prompt is not set");
        }
      }
      case REFERENCE -> {
        if (!hasReferences) {
          problems.add(
              missing.formatted(
                  RowColumns.REFERENCE_IMAGE,
                  traits.family(),
                  instead(manifest, RowColumns.REFERENCE_IMAGE)));
        }
      }
      case NONE -> {}
    }
  }

  private static String instead(StructType manifest, String missing) {
    return ForeignColumns.instead(missing, manifest.fieldNames());
  }

  /** Casts the columns of the API to strings. */
  static Dataset<Row> asStrings(Dataset<Row> rows) {
    Dataset<Row> strings = rows;
    for (StructField field : checked(rows.drop(FileNumbers.FILE).schema()).fields()) {
      strings = strings.withColumn(field.name(), column(field.name()).cast(field.dataType()));
    }
    return strings;
  }

  /**
   * Resolves relative image locations against a folder or URI. It may contain a password, so it is
   * no literal: Spark's UI and event log show the literals of plans.
   */
  static Dataset<Row> withBase(Dataset<Row> rows, String base) {
    String folder = base.endsWith("/") ? base : base + "/";
    UserDefinedFunction inFolder =
        udf((UDF1<String, String>) path -> folder + path, DataTypes.StringType);
    Dataset<Row> resolved = rows;
    for (String name : RowColumns.IMAGES) {
      if (!RowColumns.has(rows.schema(), name)) {
        continue;
      }
      Column location = col(name);
      resolved =
          resolved.withColumn(
              name, when(isRelative(location), inFolder.apply(location)).otherwise(location));
    }
    return resolved;
  }

  /** Whether a location counts from manifest.base; null for null. */
  public static Column isRelative(Column location) {
    return not(location.rlike(ABSOLUTE)).and(location.notEqual(""));
  }

  private static Column column(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  private static void checkType(String name, DataType type, List<String> problems) {
    boolean isText =
        List.of(REQUIRED.fieldNames()).contains(name) || RowColumns.IMAGES.contains(name);
    boolean fits =
        isText
            ? type instanceof StringType || type instanceof NullType
            : !RowColumns.OF_API.contains(name) || isSimple(type);
    if (!fits) {
      String expected = isText ? "string" : "string, a number or a boolean";
      problems.add(
          "the manifest's column %s is of type %s, expected %s"
              .formatted(name, type.simpleString(), expected));
    }
  }

  private static boolean isSimple(DataType type) {
    return !(type instanceof StructType
        || type instanceof ArrayType
        || type instanceof MapType
        || type instanceof BinaryType);
  }

  /** A column that is null in every row is a string, because Parquet cannot write its type. */
  private static DataType typeOf(StructField field) {
    boolean isString = !RowColumns.isFurther(field.name()) || field.dataType() instanceof NullType;
    return isString ? DataTypes.StringType : field.dataType();
  }
}
