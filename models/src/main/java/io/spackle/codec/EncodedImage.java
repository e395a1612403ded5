package io.spackle.codec;

import io.spackle.metadata.ImageMetadata;

/**
 * An image file and what remains to be written into it.
 *
 * @param bytes of the file, without metadata; the array is shared, not copied
 * @param metadata of the init image, as it is true for this image
 */
@SuppressWarnings("ArrayRecordComponent") // files are compared by identity
public record EncodedImage(byte[] bytes, ImageFormat format, ImageMetadata metadata) {}
