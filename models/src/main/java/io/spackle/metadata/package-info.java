/**
 * What an image file says besides its pixels: profile, EXIF, XMP, IPTC, resolution; read from files
 * and written into encoded ones.
 *
 * <p>No pixels: decoders and encoders are in {@code codec}.
 */
package io.spackle.metadata;
