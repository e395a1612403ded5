/**
 * One lane per open model: a queue, a batcher and the one thread that calls the model, with its
 * watchdog and in-flight limits.
 *
 * <p>Images are not decoded or encoded here, and nothing here knows Spark tasks.
 */
package io.spackle.lane;
