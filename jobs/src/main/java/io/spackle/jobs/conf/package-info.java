/**
 * The configuration of a job, read and checked.
 *
 * <p>Checks that need the manifest or the model are in {@code jobs.run}.
 */
package io.spackle.jobs.conf;
