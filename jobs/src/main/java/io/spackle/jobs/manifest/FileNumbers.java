package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * The places of files in their batch, from 0.
 *
 * @param byPath of URIs, whose spellings differ otherwise: file:/a and file:///a
 */
record FileNumbers(Map<String, Integer> byPath) implements Serializable {

  /** The column of rows with the number of their file, if a batch has several. */
  static final String FILE = "_spackle_file";

  /** The numbers of files in their order. */
  static FileNumbers of(List<String> uris) {
    Map<String, Integer> byPath = new HashMap<>();
    for (String uri : uris) {
      byPath.put(path(uri), byPath.size());
    }
    return new FileNumbers(byPath);
  }

  int of(String uri) {
    return byPath.get(path(uri));
  }

  /** Adds {@link #FILE} to rows that Spark reads from the files. */
  Dataset<Row> addTo(Dataset<Row> rows) {
    return rows.withColumn(
        FILE,
        udf((UDF1<String, Integer>) this::of, DataTypes.IntegerType)
            .apply(rows.metadataColumn("_metadata").getField("file_path")));
  }

  private static String path(String uri) {
    return URI.create(uri).getPath();
  }
}
