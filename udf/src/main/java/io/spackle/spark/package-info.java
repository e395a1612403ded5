/**
 * What Spark tells a running task: its signals, its partition, its GPU, the Hadoop configuration.
 *
 * <p>No processing of rows.
 */
package io.spackle.spark;
