/**
 * Segmenters: networks that tell which pixels of an image belong to which class, such as a garment,
 * the foreground or text, and the masks made of their answers.
 *
 * <p>Which mask a row gets, and what happens if nothing is found, is decided by the caller.
 */
package io.spackle.segment;
