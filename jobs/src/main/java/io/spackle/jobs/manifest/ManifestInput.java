package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** A form of a job's input, which says where its rows come from and reads them. */
public interface ManifestInput {

  /** The location of the input without secrets. */
  String location();

  /** The input in messages, such as "the manifest rows.jsonl". */
  String description();

  /** All locations that the configuration names, by key. */
  Map<String, String> locations();

  /**
   * Reads the rows.
   *
   * @throws RefusedException if there is nothing that can be read as rows
   */
  Manifest read(SparkSession spark);

  /** The state of the input's files now, which shows whether one changes while a job runs. */
  Manifest.Snapshot snapshot(Configuration hadoop);

  /**
   * The keys of the locations that an output overlaps, so that results would be read as input or
   * the input would be overwritten.
   *
   * @param output the folder
   * @param results the folders in it that hold results
   */
  List<String> overlapping(Path output, List<Path> results, Configuration hadoop)
      throws IOException;

  /** The folder of relative image locations, or null if there is none. */
  default String base() {
    return null;
  }

  /** What is told if no row can have a mask; empty if it is that columns are missing. */
  default Optional<String> masksExpected() {
    return Optional.empty();
  }

  /** Locations below which rows may name files, because the configuration names them. */
  default List<String> folders(Configuration hadoop) throws IOException {
    return List.of();
  }

  /** Whether outputs have the size and the name of their images, unless told otherwise. */
  default boolean mirrorsFiles() {
    return false;
  }
}
