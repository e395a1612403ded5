/**
 * Counters of an executor, and the plug-in that reports them to Spark's metrics system.
 *
 * <p>Metrics are only counted here: nothing decides by them.
 */
package io.spackle.metrics;
