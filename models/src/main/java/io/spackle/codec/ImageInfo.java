package io.spackle.codec;

/**
 * What a file tells of its image before anything is decoded.
 *
 * @param width of the upright image, in pixels
 * @param height of the upright image, in pixels
 * @param format of the file, such as JPEG
 */
public record ImageInfo(int width, int height, String format) {}
