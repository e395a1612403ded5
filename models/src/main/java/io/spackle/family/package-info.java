/**
 * The model families, one file each, and what they share; {@code Families} opens a model.
 *
 * <p>No files, no threads and no Spark: an image with a mask in, an image out.
 */
package io.spackle.family;
