/**
 * Manifests: reading, checking columns, numbering rows and assigning keys.
 *
 * <p>Which rows have already been processed is decided in {@code jobs.run}.
 */
package io.spackle.jobs.manifest;
