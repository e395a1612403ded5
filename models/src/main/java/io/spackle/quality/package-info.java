/**
 * Measures of results: of their pixels against the init image and its mask, and scores of networks.
 *
 * <p>What becomes of an image with a poor measure is not decided here.
 */
package io.spackle.quality;
