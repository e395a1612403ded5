package io.spackle.row;

import io.spackle.family.GuidanceSchedule;
import io.spackle.family.SchedulerChoice;
import java.io.Serializable;

/**
 * The numbers that a row asks for: the size and count of its images, and how they are denoised.
 *
 * @param width in pixels, or {@link #SIDE_OF_IMAGE}; where a model works at the size of each init
 *     image, another value is what the row asks for in vain
 * @param height likewise
 * @param samples images per row, at least 1
 * @param steps inference steps of the full schedule, at least 1
 * @param guidance how strongly the prompt guides, and in which steps
 * @param strength share of the schedule that is run, above 0 and at most 1
 * @param scheduler the sampling algorithm
 */
public record GenerationParameters(
    int width,
    int height,
    int samples,
    int steps,
    GuidanceSchedule guidance,
    double strength,
    SchedulerChoice scheduler)
    implements Serializable {

  /** The side of the init image, for models that work at the size of each. */
  public static final int SIDE_OF_IMAGE = 0;
}
