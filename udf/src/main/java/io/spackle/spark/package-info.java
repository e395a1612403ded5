/**
 * The environment of a running Spark task: its state, partition, GPU, iterators and Hadoop
 * configuration.
 *
 * <p>Rows are not processed here.
 */
package io.spackle.spark;
