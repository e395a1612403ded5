/**
 * Noise schedules and samplers, one algorithm per file; {@code Schedulers} lists them.
 *
 * <p>They work on latents alone and do not call the network.
 */
package io.spackle.scheduler;
