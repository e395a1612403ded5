/**
 * One lane per open model: a queue, a batcher and the one thread that calls the model, with its
 * watchdog and in-flight limits.
 *
 * <p>Images are not decoded or encoded here, and this package does not depend on Spark tasks.
 */
package io.spackle.lane;
