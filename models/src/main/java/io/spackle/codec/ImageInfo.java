package io.spackle.codec;

/**
 * What a file tells of its picture before anything is decoded.
 *
 * @param width of the upright picture, in pixels
 * @param height of the upright picture, in pixels
 * @param format of the file, such as JPEG
 */
public record ImageInfo(int width, int height, String format) {}
