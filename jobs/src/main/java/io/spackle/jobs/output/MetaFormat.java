package io.spackle.jobs.output;

import io.spackle.jobs.files.AtomicFiles;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/** A format of files of meta rows. */
interface MetaFormat {

  /** The content of a file with rows, in this order. */
  byte[] bytes(List<Row> rows) throws IOException;

  /**
   * The keys of the rows in a file.
   *
   * @throws java.io.FileNotFoundException if there is no such file
   */
  Set<String> keys(AtomicFiles files, Path file) throws IOException;
}
