/**
 * A model folder: its layout, checks, configuration files, digests, and the options that a job sets
 * over them.
 *
 * <p>Nothing here loads a graph or knows a model family.
 */
package io.spackle.bundle;
