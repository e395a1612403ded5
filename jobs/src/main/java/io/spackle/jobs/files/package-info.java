/**
 * Files on any Hadoop file system that appear complete under their final names, and access to
 * stores.
 *
 * <p>Nothing here knows what the files mean.
 */
package io.spackle.jobs.files;
