/**
 * One ONNX graph loaded by ONNX Runtime: devices, input staging, running, cancelling, closing.
 *
 * <p>The only package that calls ONNX Runtime; independent of the models that graphs belong to.
 */
package io.spackle.graph;
