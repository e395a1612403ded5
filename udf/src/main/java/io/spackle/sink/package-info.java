/**
 * Writes encoded images atomically: one file per image, or shards (Parquet, tar).
 *
 * <p>Nothing here encodes images or writes meta rows.
 */
package io.spackle.sink;
