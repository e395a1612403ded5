package io.spackle.jobs.export;

import io.spackle.conf.RefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a data set is made of and where it goes.
 *
 * @param to folder of the data set, a path or URI
 * @param testShare share of the garments in the test split, 0 to 1
 * @param withoutNotes rows with one of these notes are left out
 * @param perShard maximum number of samples in a shard
 */
public record ExportOptions(
    DataSetFormat format, String to, double testShare, List<String> withoutNotes, int perShard) {

  /**
   * Checks the values.
   *
   * @throws RefusedException with all problems
   */
  public ExportOptions {
    List<String> problems = new ArrayList<>();
    if (!(testShare >= 0 && testShare <= 1)) {
      problems.add("--test-share is " + testShare + ", expected a number from 0 to 1");
    }
    if (perShard < 1) {
      problems.add("--per-shard is " + perShard + ", expected a number of samples from 1");
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    withoutNotes = List.copyOf(withoutNotes);
  }
}
