/**
 * Conversion of image files to pixels and back: format detection, checks, decoders, encoders.
 *
 * <p>No framing and no compositing: those are in {@code image}.
 */
package io.spackle.codec;
