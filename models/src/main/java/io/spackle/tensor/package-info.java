/**
 * Tensors on the heap, and the seeded Gaussian noise of PyTorch.
 *
 * <p>Nothing here knows images, graphs or schedulers.
 */
package io.spackle.tensor;
