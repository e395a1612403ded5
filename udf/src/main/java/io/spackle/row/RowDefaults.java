package io.spackle.row;

import io.spackle.family.SchedulerChoice;
import java.io.Serializable;

/**
 * What a manifest row gets where it is silent.
 *
 * @param width in pixels
 * @param height in pixels
 * @param samples images per row
 * @param steps inference steps
 * @param guidanceScale weight of the prompt
 * @param strength above 0, up to 1
 * @param prompt may be empty; null where each row must bring its own
 * @param negativePrompt what to avoid; may be empty, which null, none at all, is not
 * @param enhancePrompt whether prompts are enhanced
 * @param enhanceSuffix what an enhanced prompt ends with, after a comma
 * @param safetyChecker whether images are checked
 * @param seed of every row that names none, or null to derive one from each row's content
 * @param sampler the scheduler
 */
public record RowDefaults(
    int width,
    int height,
    int samples,
    int steps,
    double guidanceScale,
    double strength,
    String prompt,
    String negativePrompt,
    boolean enhancePrompt,
    String enhanceSuffix,
    boolean safetyChecker,
    Long seed,
    SchedulerChoice sampler)
    implements Serializable {}
