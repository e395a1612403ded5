package io.spackle.row;

import java.io.Serializable;

/**
 * What all meta rows of a job say alike.
 *
 * @param model name or path of the model
 * @param modelDigest of the model's bundle, in hex
 * @param revision of the model, or null
 * @param vae where it is not the model's own, or null
 * @param safetyChecker that images go through where a row asks for it, or null where none is open
 * @param outdir the folder that images are written to
 */
public record RunInfo(
    String model,
    String modelDigest,
    String revision,
    String vae,
    String safetyChecker,
    String outdir)
    implements Serializable {}
