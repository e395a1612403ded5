package io.spackle.row;

import io.spackle.family.GuidanceSchedule;
import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.RowDefaults.References;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Test rows, model traits and defaults. */
final class TestRows {

  static final ModelTraits TRAITS = traits("sd15", Guide.PROMPT);
  static final ModelTraits ERASE = traits("erase", Guide.NONE);
  static final ModelTraits CATVTON = traits("catvton", Guide.REFERENCE);

  static final ModelTraits DISTILLED =
      new ModelTraits(
          "flux-fill",
          "tiny",
          TRAITS.sizes(),
          new Limits(64, 768, 1024, 50, new Limits.GuidanceLimits(0, 100, true), 16),
          TRAITS.defaults(),
          TRAITS.schedulers(),
          Guide.PROMPT);

  static final RowDefaults DEFAULTS =
      new RowDefaults(
          parameters(),
          new RowDefaults.Prompts(null, null, true, "sharp"),
          null,
          true,
          null,
          References.NONE,
          RowDefaults.Masks.NONE);

  private TestRows() {}

  static GenerationParameters parameters() {
    return new GenerationParameters(
        512, 512, 1, 30, GuidanceSchedule.of(7.5), 1, SchedulerChoice.DEFAULT);
  }

  /** Defaults without enhancement or safety checker. */
  static RowDefaults defaults(String prompt, String negativePrompt) {
    return new RowDefaults(
        parameters(),
        new RowDefaults.Prompts(prompt, negativePrompt, false, ""),
        null,
        false,
        null,
        References.NONE,
        RowDefaults.Masks.NONE);
  }

  private static ModelTraits traits(String family, Guide guide) {
    return new ModelTraits(
        family,
        "tiny",
        new ModelTraits.Sizes(512, 8, 1),
        Limits.ofApi(),
        new ModelTraits.Defaults(30, 7.5, 1, "PNDMScheduler"),
        List.of("DDIMScheduler", "PNDMScheduler"),
        guide);
  }

  /** A valid row with some columns changed or added; name, value, name, value and so on. */
  static Row row(Object... changes) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("id", "cat");
    values.put("init_image", "https://example.com/a.png");
    values.put("mask_image", "https://example.com/b.png");
    values.put("prompt", "a cat sitting on a bench");
    for (int i = 0; i < changes.length; i += 2) {
      values.put((String) changes[i], changes[i + 1]);
    }
    return of(values);
  }

  static Row of(Map<String, ?> values) {
    var fields = new ArrayList<StructField>();
    values.forEach(
        (name, value) -> fields.add(DataTypes.createStructField(name, type(value), true)));
    return new GenericRowWithSchema(
        values.values().toArray(), new StructType(fields.toArray(StructField[]::new)));
  }

  private static DataType type(Object value) {
    if (value instanceof Integer) {
      return DataTypes.IntegerType;
    }
    if (value instanceof Long) {
      return DataTypes.LongType;
    }
    if (value instanceof Double) {
      return DataTypes.DoubleType;
    }
    return value instanceof Boolean ? DataTypes.BooleanType : DataTypes.StringType;
  }
}
