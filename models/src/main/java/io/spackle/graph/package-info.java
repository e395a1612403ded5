/**
 * One ONNX graph loaded by ONNX Runtime: devices, input staging, running, cancelling, closing.
 *
 * <p>The only package that calls ONNX Runtime; it does not know which model a graph belongs to.
 */
package io.spackle.graph;
