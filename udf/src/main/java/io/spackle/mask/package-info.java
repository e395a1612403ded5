/**
 * The masks of rows, made in one place: read from a file, found by segmenters, or shared by all
 * rows.
 *
 * <p>What uses a mask does not know how it came about; the configuration is not read here.
 */
package io.spackle.mask;
