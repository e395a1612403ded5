/**
 * Configuration keys: read, checked, and resolved with the model that they name.
 *
 * <p>Rows are not processed here.
 */
package io.spackle.conf;
