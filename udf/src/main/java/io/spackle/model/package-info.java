/**
 * The models that are open in an executor, and the cache of model folders on a host.
 *
 * <p>Running them is the lane's work.
 */
package io.spackle.model;
