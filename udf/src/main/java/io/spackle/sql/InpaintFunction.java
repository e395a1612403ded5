package io.spackle.sql;

import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import io.spackle.row.RowStage;
import io.spackle.task.InpaintRows;
import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction4;

/**
 * {@code inpaint(init_image, mask_image, prompt, options)}: one row to one image, or to the reason
 * why there is none.
 */
final class InpaintFunction extends AbstractFunction4<Object, Object, Object, Object, Row>
    implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final String STATUS = "status";
  private static final String IMAGE = "image";
  private static final String SEED = "seed";
  private static final String ERROR = "error";
  private static final String META = "meta";

  /** What the schema of meta rows says of the parts that are taken over as they are. */
  private static final StructType OF_META = new MetaRow(new StructType(), null).schema();

  /** The type of the result. */
  static final StructType TYPE =
      new StructType()
          .add(STATUS, DataTypes.StringType)
          .add(IMAGE, DataTypes.BinaryType)
          .add(SEED, DataTypes.LongType)
          .add(ERROR, OF_META.apply(ERROR).dataType())
          .add(OF_META.apply("notes"))
          .add(OF_META.apply("generationTime"))
          .add(OF_META.apply(META))
          .add(OF_META.apply("timings"))
          .add(OF_META.apply("digests"));

  /** The columns of a row that are arguments of their own, or make no sense for one image. */
  private static final Set<String> NO_OPTIONS =
      Set.of(
          RowColumns.INIT_IMAGE,
          RowColumns.MASK_IMAGE,
          RowColumns.PROMPT,
          RowColumns.SAMPLES,
          RowColumns.WEBHOOK,
          RowColumns.TRACK_ID,
          RowColumns.API_KEY);

  private static final Set<String> OPTIONS = options();

  private final InpaintRows painting;

  private InpaintFunction(InpaintRows painting) {
    this.painting = painting;
  }

  /**
   * The function of a model.
   *
   * @throws RefusedException if the defaults ask for several images
   */
  static InpaintFunction of(ResolvedConf setup) {
    if (setup.defaults().samples() != 1) {
      throw new RefusedException(
          "spark.spackle.defaults.samples is %d, expected 1: inpaint() gives one image; call it with several seeds"
              .formatted(setup.defaults().samples()));
    }
    StructType rows = new StructType();
    for (String column : RowColumns.OF_API) {
      rows = rows.add(column, DataTypes.StringType);
    }
    return new InpaintFunction(
        new InpaintRows(setup.settings(rows, null), setup.digest(), new StructType()));
  }

  @Override
  public Row apply(Object init, Object mask, Object prompt, Object options) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(RowColumns.INIT_IMAGE, init);
    values.put(RowColumns.MASK_IMAGE, mask);
    values.put(RowColumns.PROMPT, prompt);
    Map<String, Object> given = given(options);
    Collection<String> unknown = new TreeSet<>(given.keySet());
    unknown.removeAll(OPTIONS);
    if (!unknown.isEmpty()) {
      return refused(unknown);
    }
    values.putAll(given);
    return result(painting.paint(row(values)));
  }

  private static Set<String> options() {
    Set<String> options = new TreeSet<>(RowColumns.OF_API);
    options.removeAll(NO_OPTIONS);
    return options;
  }

  /** A map or a struct; the names of the API in any case. */
  private static Map<String, Object> given(Object options) {
    Map<String, Object> given = new LinkedHashMap<>();
    if (options instanceof Row struct) {
      for (String name : struct.schema().fieldNames()) {
        given.put(name.toLowerCase(Locale.ROOT), struct.getAs(name));
      }
    } else if (options instanceof scala.collection.Map<?, ?> map) {
      CollectionConverters.asJava(map)
          .forEach(
              (name, value) -> given.put(String.valueOf(name).toLowerCase(Locale.ROOT), value));
    } else if (options != null) {
      given.put(Redaction.value(options), null);
    }
    return given;
  }

  private static Row row(Map<String, Object> values) {
    StructType schema = new StructType();
    for (String name : values.keySet()) {
      schema = schema.add(name, DataTypes.NullType); // readers go by the values
    }
    return new GenericRowWithSchema(values.values().toArray(), schema);
  }

  private static Row refused(Collection<String> unknown) {
    String message =
        "options: %s found, some of %s expected"
            .formatted(String.join(", ", unknown), String.join(", ", OPTIONS));
    Object[] values = new Object[TYPE.length()];
    values[TYPE.fieldIndex(STATUS)] = MetaRow.FAILED;
    values[TYPE.fieldIndex(ERROR)] =
        new GenericRowWithSchema(
            new Object[] {ErrorCode.ROW_INVALID.name(), message, RowStage.READ.name()},
            (StructType) TYPE.apply(ERROR).dataType());
    return new GenericRowWithSchema(values, TYPE);
  }

  private static Row result(Row painted) {
    Object[] values = new Object[TYPE.length()];
    for (StructField field : TYPE.fields()) {
      values[TYPE.fieldIndex(field.name())] =
          switch (field.name()) {
            case IMAGE -> image(painted);
            case SEED -> seed(painted);
            default -> painted.getAs(field.name());
          };
    }
    return new GenericRowWithSchema(values, TYPE);
  }

  private static Object image(Row painted) {
    List<byte[]> images = painted.getList(painted.fieldIndex(InpaintRows.IMAGES));
    return images.isEmpty() ? null : images.get(0);
  }

  private static Object seed(Row painted) {
    Row meta = painted.getAs(META);
    return meta == null ? null : meta.getAs(SEED);
  }
}
