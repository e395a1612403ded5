/**
 * Counters of an executor, and the plug-in that reports them to Spark's metrics system.
 *
 * <p>No decision depends on these metrics.
 */
package io.spackle.metrics;
