/**
 * Manifest rows, meta rows, error codes and row keys: what a row asks for and how it ended.
 *
 * <p>Nothing here fetches, runs a model or writes.
 */
package io.spackle.row;
