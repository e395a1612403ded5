package io.spackle.golden;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of NumPy array files in the variant of the golden files: version 1, little-endian
 * float32, C order.
 */
public final class Npy {

  private static final Pattern HEADER =
      Pattern.compile("'descr': '<f4', 'fortran_order': False, 'shape': \\(([^)]*)\\)");

  private Npy() {}

  public static FloatTensor read(Path file) {
    ByteBuffer bytes = bytes(file);
    int headerLength = bytes.getShort(8);
    String header = new String(bytes.array(), 10, headerLength, StandardCharsets.US_ASCII);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException(file + ": not a float32 array in C order: " + header);
    }
    int[] axes =
        Arrays.stream(matcher.group(1).split(","))
            .map(String::strip)
            .filter(axis -> !axis.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    float[] data = new float[Shape.of(axes).size()];
    bytes
        .position(10 + headerLength)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(data);
    return FloatTensor.of(data, axes);
  }

  private static ByteBuffer bytes(Path file) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
