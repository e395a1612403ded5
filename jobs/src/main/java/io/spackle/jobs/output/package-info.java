/**
 * The output folder: publishing of meta rows, exactly once, and deletion of orphaned images.
 *
 * <p>Which rows a run processes is decided in {@code jobs.run}.
 */
package io.spackle.jobs.output;
