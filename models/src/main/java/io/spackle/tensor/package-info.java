/**
 * Tensors on the heap, and seeded Gaussian noise as in PyTorch.
 *
 * <p>Independent of images, graphs and schedulers.
 */
package io.spackle.tensor;
