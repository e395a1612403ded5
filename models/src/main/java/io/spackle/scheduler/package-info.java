/**
 * Noise schedules and samplers, one algorithm per file; {@code Schedulers} lists them.
 *
 * <p>They operate on latents and do not call the network.
 */
package io.spackle.scheduler;
