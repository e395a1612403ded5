package io.spackle.sink;

import io.spackle.row.FilePrefix;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowColumns;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An image on its way into a shard.
 *
 * @param number from 0
 * @param bytes the encoded file
 */
record ShardSample(ManifestRow row, int number, byte[] bytes, String extension) {

  /** Unique in an output, and without dots: readers of WebDataset take the first for its end. */
  String key() {
    return FilePrefix.of(row.id()).replace(".", "%2E") + "-" + number;
  }

  /** The key with its extension. */
  String name() {
    return key() + "." + extension;
  }

  /** What a data set tells of the image, in this order; a negative prompt may be null. */
  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put(RowColumns.ID, row.id());
    facts.put("sample", number);
    facts.put(RowColumns.PROMPT, row.prompt());
    facts.put(RowColumns.NEGATIVE_PROMPT, row.negativePrompt());
    facts.put(RowColumns.SEED, row.seed() + number);
    facts.put(RowColumns.STEPS, row.steps());
    facts.put(RowColumns.GUIDANCE_SCALE, row.guidanceScale());
    facts.put(RowColumns.STRENGTH, row.strength());
    facts.put(RowColumns.SCHEDULER, row.sampler().algorithm());
    return facts;
  }
}
