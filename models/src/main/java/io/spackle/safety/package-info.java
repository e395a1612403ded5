/**
 * Safety checkers: networks that decide whether an image may be shown.
 *
 * <p>What happens to a flagged image is decided in {@code family}.
 */
package io.spackle.safety;
