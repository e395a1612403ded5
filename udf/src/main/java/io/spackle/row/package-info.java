/**
 * Manifest rows, meta rows, error codes and row keys: what a row asks for and its outcome.
 *
 * <p>Nothing here fetches, runs a model or writes.
 */
package io.spackle.row;
