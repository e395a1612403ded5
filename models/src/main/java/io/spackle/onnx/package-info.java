/**
 * Inspection of ONNX files as protocol buffers, without loading them: declared inputs and outputs,
 * external data.
 *
 * <p>Runs no graph.
 */
package io.spackle.onnx;
