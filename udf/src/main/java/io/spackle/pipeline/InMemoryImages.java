package io.spackle.pipeline;

import io.spackle.sink.ImageSink;
import java.util.ArrayList;
import java.util.List;

/** The images of one row, which stay in memory. */
public final class InMemoryImages implements ImageSink {

  private final List<byte[]> files = new ArrayList<>();

  /** The encoded images, in the order of the samples. */
  public List<byte[]> files() {
    return files;
  }

  @Override
  public String write(String key, byte[] bytes) {
    files.add(bytes);
    return key;
  }

  @Override
  public void close() {}
}
