package io.spackle.codec;

/**
 * An image file.
 *
 * @param bytes of the file; the array is shared, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // files are compared by identity
public record EncodedImage(byte[] bytes, ImageFormat format) {}
