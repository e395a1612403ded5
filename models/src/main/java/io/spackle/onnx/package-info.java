/**
 * ONNX files read as protocol buffers, without loading them: declared inputs and outputs, external
 * data.
 *
 * <p>Nothing here runs a graph.
 */
package io.spackle.onnx;
