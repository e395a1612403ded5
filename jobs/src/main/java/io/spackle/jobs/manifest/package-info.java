/**
 * Manifests: reading, checking columns, numbering rows and giving them keys.
 *
 * <p>What has already been processed is not looked at here.
 */
package io.spackle.jobs.manifest;
