package io.spackle.task;

import io.spackle.row.ManifestRow;
import io.spackle.row.RowColumns;
import io.spackle.row.RowMask;
import io.spackle.row.RowReader;
import io.spackle.source.StoredFile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The locations of the input files of manifest rows; none of rows that cannot be run. */
public final class InputLocations implements FlatMapFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /**
   * The columns of the result: the row's key, the column of the manifest, the location, and for a
   * file of a file system its folder and its name in it, as {@link StoredFile} has them.
   */
  public static final StructType SCHEMA =
      StructType.fromDDL("key string, column string, location string, folder string, name string");

  private final RowReader reader;

  public InputLocations(TaskSettings settings) {
    this.reader = settings.reader();
  }

  @Override
  public Iterator<Row> call(Row row) {
    List<Row> files = new ArrayList<>();
    if (reader.read(row) instanceof RowReader.Valid valid) {
      String key = row.getAs(RowColumns.KEY);
      ManifestRow.Locations locations = valid.row().locations();
      add(files, key, RowColumns.INIT_IMAGE, locations.init());
      if (locations.mask() instanceof RowMask.File mask) {
        add(files, key, RowColumns.MASK_IMAGE, mask.location());
      }
      add(files, key, RowColumns.REFERENCE_IMAGE, locations.reference());
      add(files, key, RowColumns.EXCLUDE_IMAGE, locations.exclude());
    }
    return files.iterator();
  }

  private static void add(List<Row> files, String key, String column, String location) {
    if (location != null) {
      Optional<StoredFile> file = StoredFile.of(location);
      files.add(
          RowFactory.create(
              key,
              column,
              location,
              file.map(StoredFile::folder).orElse(null),
              file.map(StoredFile::name).orElse(null)));
    }
  }
}
