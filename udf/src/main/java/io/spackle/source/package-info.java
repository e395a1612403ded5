/**
 * Fetching of image files by HTTP, from local disks and Hadoop file systems, within limits and
 * allow lists.
 *
 * <p>Bytes are not decoded here.
 */
package io.spackle.source;
