/**
 * Image locations to bytes, by HTTP, from local files or Hadoop file systems, within limits and
 * allow lists.
 *
 * <p>Bytes are not decoded here.
 */
package io.spackle.source;
