/**
 * Numbers, tags and texts in the bytes of a file.
 *
 * <p>What they mean is known by the packages that read a format.
 */
package io.spackle.binary;
