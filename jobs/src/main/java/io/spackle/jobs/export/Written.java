package io.spackle.jobs.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The rows that tell what became of samples. */
final class Written {

  static final String PAIR = "pair";
  static final String PROPERTIES = "properties";
  static final String FILES = "files";

  static final StructType SCHEMA =
      StructType.fromDDL(
          "split string, result string, pair string, properties string, files array<string>,"
              + " reason string");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Written() {}

  /**
   * A sample that is in the data set.
   *
   * @param files their paths below the folder of the data set
   */
  static Row of(Sample sample, List<String> files) {
    String pair = sample.garment() == null ? null : pair(sample);
    return RowFactory.create(
        sample.split(),
        sample.result().name(),
        pair,
        json(sample),
        files.toArray(String[]::new),
        null);
  }

  /** A sample that was left out. */
  static Row leftOut(Sample sample, String reason) {
    return RowFactory.create(
        sample.split(), sample.result().name(), null, null, new String[0], reason);
  }

  /** The description of a sample in the data set. */
  static String json(Sample sample) {
    try {
      return JSON.writeValueAsString(sample.properties());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can be written as JSON", e);
    }
  }

  private static String pair(Sample sample) {
    return sample.person().name() + " " + sample.garment().name();
  }
}
