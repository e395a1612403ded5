/**
 * Model folders: layout, checks, configuration files, digests, and the options that override the
 * configuration.
 *
 * <p>Loads no graph and is independent of the model families.
 */
package io.spackle.bundle;
