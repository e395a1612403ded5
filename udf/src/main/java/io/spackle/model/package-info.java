/**
 * The models that are open in an executor, and the cache of model folders on a host.
 *
 * <p>The lane runs them.
 */
package io.spackle.model;
