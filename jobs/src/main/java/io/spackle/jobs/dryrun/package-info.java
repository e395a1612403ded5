/**
 * What {@code plan} computes and prints: counts, trial runs, a forecast.
 *
 * <p>Nothing here writes to the output.
 */
package io.spackle.jobs.dryrun;
