/**
 * Images to the input tensors of exported networks, as their {@code preprocessor_config.json} says.
 *
 * <p>What a network computes from them is not known here.
 */
package io.spackle.preprocess;
