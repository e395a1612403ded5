package io.spackle.scheduler;

/**
 * What a run is started with.
 *
 * @param steps inference steps of the whole schedule, at least 1
 * @param skippedSteps steps left out at the noisy end because strength is below 1: from 0 to {@code
 *     steps - 1}
 * @param imageTokens length of the packed image sequence, which shifts the schedules of flow
 *     matching; 0 elsewhere
 */
public record RunSpec(int steps, int skippedSteps, int imageTokens) {

  public RunSpec {
    if (steps < 1 || skippedSteps < 0 || skippedSteps >= steps) {
      throw new IllegalArgumentException(
          "no step left: " + steps + " steps, of which " + skippedSteps + " are skipped");
    }
  }

  /** The whole schedule, nothing skipped, no dynamic shift. */
  public static RunSpec ofSteps(int steps) {
    return new RunSpec(steps, 0, 0);
  }
}
