package io.spackle.jobs.export;

import io.spackle.row.MetaRow;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * One image that a model generated, and what it was generated from.
 *
 * @param split label of its split
 * @param caption prompt of the row, or null
 * @param garment null if the model was not guided by one
 * @param mask without location if the job made it; null if there is none
 * @param result without digest; its name has no extension yet
 */
record Sample(
    Origin origin,
    String split,
    String caption,
    Image person,
    Image garment,
    Image mask,
    Image result)
    implements Serializable {

  /**
   * Which sample of which row it is.
   *
   * @param id of the row
   * @param number of the sample, from 0
   * @param seed of the sample
   */
  record Origin(String id, int number, long seed) implements Serializable {}

  /**
   * A file.
   *
   * @param name in the data set
   * @param location null if the job made it
   * @param digest SHA-256 when the job read it
   */
  record Image(String name, String location, String digest) implements Serializable {

    /** The extension of the name, without its dot. */
    String extension() {
      return name.substring(name.lastIndexOf('.') + 1);
    }
  }

  /** Reads a row of {@link ExportRows#samples}. */
  static Sample of(Row row) {
    Row meta = row.getAs("meta");
    int number = row.<Integer>getAs(ExportRows.NUMBER);
    String output = row.getAs(ExportRows.RESULT);
    String ending = output.substring(output.lastIndexOf('.'));
    return new Sample(
        new Origin(row.getAs("id"), number, seed(meta, number)),
        row.getAs(ExportRows.SPLIT),
        meta.getAs("prompt"),
        image(row, ExportRows.PERSON),
        image(row, ExportRows.GARMENT),
        new Image(
            row.getAs(ExportRows.MASK + "_name"),
            row.getAs(ExportRows.MASK + "_location"),
            row.getAs(ExportRows.MASK + "_digest")),
        new Image(row.getAs(ExportRows.RESULT + "_name") + ending, output, null));
  }

  /** The seed of an image; older meta rows have none but that of the row. */
  private static long seed(Row meta, int number) {
    int seeds = meta.fieldIndex(MetaRow.SEEDS);
    return meta.isNullAt(seeds)
        ? meta.<Long>getAs("seed") + number
        : meta.<Long>getList(seeds).get(number);
  }

  /** Null if the row was not made with such an image. */
  private static Image image(Row row, String kind) {
    String digest = row.getAs(kind + "_digest");
    String location = row.getAs(kind + "_location");
    return digest == null || location == null
        ? null
        : new Image(row.getAs(kind + "_name"), location, digest);
  }

  /** The same sample without its mask. */
  Sample withoutMask() {
    return new Sample(origin, split, caption, person, garment, null, result);
  }

  /** Its description in the data set, by property. */
  Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("id", origin.id());
    properties.put("sample", origin.number());
    properties.put("seed", origin.seed());
    properties.put(ExportRows.PERSON, person.name());
    properties.put(ExportRows.GARMENT, garment == null ? null : garment.name());
    properties.put(ExportRows.MASK, mask == null ? null : mask.name());
    properties.put(ExportRows.RESULT, result.name());
    properties.put("caption", caption);
    return properties;
  }
}
