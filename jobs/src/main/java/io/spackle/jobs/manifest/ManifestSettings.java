package io.spackle.jobs.manifest;

import io.spackle.row.Redaction;
import java.util.Map;

/**
 * Where the rows of a job are.
 *
 * @param format auto, csv, jsonl, parquet or a Spark source
 * @param base folder of relative image locations, or null: those rows fail
 * @param options for Spark's reader
 */
public record ManifestSettings(
    String path, String format, String base, Map<String, String> options) {

  /** The path without secrets. */
  public String shown() {
    return Redaction.redacted(path);
  }
}
