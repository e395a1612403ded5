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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The SQL function {@code inpaint(init_image, mask_image, prompt, options)}: returns one image, or
 * the reason why there is none.
 */
final class InpaintFunction implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final String STATUS = "status";
  private static final String IMAGE = "image";
  private static final String SEED = "seed";
  private static final String ERROR = "error";
  private static final String META = "meta";

  /** The schema of meta rows, for the fields that the result copies. */
  private static final StructType META_ROW = new MetaRow(new StructType(), null).schema();

  /** The type of the result. */
  static final StructType TYPE =
      new StructType()
          .add(STATUS, DataTypes.StringType)
          .add(IMAGE, DataTypes.BinaryType)
          .add(SEED, DataTypes.LongType)
          .add(ERROR, META_ROW.apply(ERROR).dataType())
          .add(META_ROW.apply("notes"))
          .add(META_ROW.apply("generationTime"))
          .add(META_ROW.apply(META))
          .add(META_ROW.apply("timings"))
          .add(META_ROW.apply("digests"))
          .add(META_ROW.apply(MetaRow.QUALITY));

  /** The columns that are separate arguments or have no meaning for one image. */
  private static final Set<String> NOT_OPTIONS =
      Set.of(
          RowColumns.INIT_IMAGE,
          RowColumns.MASK_IMAGE,
          RowColumns.PROMPT,
          RowColumns.SAMPLES,
          RowColumns.WEBHOOK,
          RowColumns.TRACK_ID,
          RowColumns.API_KEY);

  private static final Set<String> OPTIONS = options();

  private final InpaintRows rows;

  /**
   * The arguments of a call; each may be null.
   *
   * @param init location or binary
   * @param mask location or binary
   * @param options a map or a struct
   */
  record Arguments(Object init, Object mask, Object prompt, Object options) {}

  private InpaintFunction(InpaintRows rows) {
    this.rows = rows;
  }

  /**
   * The function for a resolved configuration.
   *
   * @throws RefusedException if the defaults ask for several images
   */
  static InpaintFunction of(ResolvedConf conf) {
    if (conf.defaults().parameters().samples() != 1) {
      throw new RefusedException(
          "spark.spackle.defaults.samples is %d, expected 1: inpaint() returns one image; call it once per seed"
              .formatted(conf.defaults().parameters().samples()));
    }
    StructType schema = new StructType();
    for (String column : RowColumns.OF_API) {
      schema = schema.add(column, DataTypes.StringType);
    }
    return new InpaintFunction(
        new InpaintRows(conf.settings(schema, null), conf.digest(), new StructType()));
  }

  /**
   * Calls the function for the elements of the current task, many at a time.
   *
   * @param arguments of an element; null if the function is not called for it
   * @param joined an element with its result, of {@link #TYPE}, or null
   * @return in the order of the elements
   */
  <I, O> Iterator<O> call(
      Iterator<I> elements, Function<I, Arguments> arguments, BiFunction<I, Row, O> joined) {
    return rows.callInOrder(
        elements,
        (element, inpainting) ->
            joined.apply(element, result(arguments.apply(element), inpainting)));
  }

  private static Row result(Arguments arguments, InpaintRows.Inpainting inpainting)
      throws InterruptedException {
    if (arguments == null) {
      return null;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(RowColumns.INIT_IMAGE, arguments.init());
    values.put(RowColumns.MASK_IMAGE, arguments.mask());
    values.put(RowColumns.PROMPT, arguments.prompt());
    Map<String, Object> named = named(arguments.options());
    Collection<String> unknown = new TreeSet<>(named.keySet());
    unknown.removeAll(OPTIONS);
    if (!unknown.isEmpty()) {
      return refused(unknown);
    }
    values.putAll(named);
    return result(inpainting.of(row(values)));
  }

  private static Set<String> options() {
    Set<String> options = new TreeSet<>(RowColumns.OF_API);
    options.removeAll(NOT_OPTIONS);
    return options;
  }

  /** The options of a map or a struct; their names are case-insensitive. */
  private static Map<String, Object> named(Object options) {
    Map<String, Object> named = new LinkedHashMap<>();
    if (options instanceof Row struct) {
      for (String name : struct.schema().fieldNames()) {
        named.put(name.toLowerCase(Locale.ROOT), struct.getAs(name));
      }
    } else if (options instanceof scala.collection.Map<?, ?> map) {
      CollectionConverters.asJava(map)
          .forEach(
              (name, value) -> named.put(String.valueOf(name).toLowerCase(Locale.ROOT), value));
    } else if (options != null) {
      named.put(Redaction.value(options), null);
    }
    return named;
  }

  private static Row row(Map<String, Object> values) {
    StructType schema = new StructType();
    for (String name : values.keySet()) {
      schema = schema.add(name, DataTypes.NullType); // readers use the values only
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

  private static Row result(Row result) {
    Object[] values = new Object[TYPE.length()];
    for (StructField field : TYPE.fields()) {
      values[TYPE.fieldIndex(field.name())] =
          switch (field.name()) {
            case IMAGE -> image(result);
            case SEED -> seed(result);
            default -> result.getAs(field.name());
          };
    }
    return new GenericRowWithSchema(values, TYPE);
  }

  private static Object image(Row result) {
    List<byte[]> images = result.getList(result.fieldIndex(InpaintRows.IMAGES));
    return images.isEmpty() ? null : images.get(0);
  }

  /** The seed that made the image; that of the row if there is none. */
  private static Object seed(Row result) {
    Row meta = result.getAs(META);
    if (meta == null) {
      return null;
    }
    int seeds = meta.fieldIndex(MetaRow.SEEDS);
    return meta.isNullAt(seeds) || meta.getList(seeds).isEmpty()
        ? meta.getAs(SEED)
        : meta.getList(seeds).get(0);
  }
}
