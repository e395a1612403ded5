/**
 * The lease of an output: at most one run at a time may write to it.
 *
 * <p>What a run writes is in {@code jobs.output}.
 */
package io.spackle.jobs.lease;
