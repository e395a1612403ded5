/**
 * Pixels and masks in memory: resampling, framing to a model's size and back, compositing.
 *
 * <p>No file formats: those are in {@code codec}.
 */
package io.spackle.image;
