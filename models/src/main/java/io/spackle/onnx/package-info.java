/**
 * ONNX files as protocol buffers, without loading them: declared inputs and outputs, external data,
 * and the changed copy of a UNet.
 *
 * <p>Runs no graph.
 */
package io.spackle.onnx;
