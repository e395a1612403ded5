/**
 * Configuration keys, read, checked and completed by the facts of the model that they name.
 *
 * <p>No work on rows.
 */
package io.spackle.conf;
