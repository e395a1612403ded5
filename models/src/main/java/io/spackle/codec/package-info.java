/**
 * Image files to pixels and back: type detection, checks, decoders, encoders.
 *
 * <p>No framing and no compositing: those are in {@code image}.
 */
package io.spackle.codec;
