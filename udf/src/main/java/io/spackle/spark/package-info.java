/**
 * The environment of a running Spark task: its state, partition, GPU and Hadoop configuration.
 *
 * <p>No processing of rows.
 */
package io.spackle.spark;
