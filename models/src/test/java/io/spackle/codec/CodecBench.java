package io.spackle.codec;

import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Measures decoding of an init image and encoding of its output as PNG, for each kind of file, in
 * turns, and prints medians in milliseconds.
 *
 * <p>Arguments: side in pixels, rounds.
 */
final class CodecBench {

  private static final byte[] PROFILE = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();

  private record Kind(String name, byte[] file, List<Long> decoding, List<Long> encoding) {

    static Kind of(String name, byte[] file) {
      return new Kind(name, file, new ArrayList<>(), new ArrayList<>());
    }

    void run() {
      long start = System.nanoTime();
      SourceImage source = SourceImage.decode(file, DecodeLimits.defaults());
      decoding.add(System.nanoTime() - start);
      RgbImage image = source.rgb();
      Region masked = new Region(0, 0, image.width() / 2, image.height() / 4);
      Mask mask = TestImages.rectangle(image.width(), image.height(), masked, 255);
      FramingOptions options = FramingOptions.defaults().withResize(Resize.ORIGINAL);
      Frame frame = Framing.frame(image, mask, image.width(), image.height(), 1, options);
      RgbImage result = frame.restore(RgbImage.black(image.width(), image.height()));
      long encode = System.nanoTime();
      source.encode(result, frame, Optional.empty(), OutputOptions.defaults());
      encoding.add(System.nanoTime() - encode);
    }

    void print() {
      System.out.printf(
          "%-22s decode %6.2f ms, encode %6.2f ms%n", name, median(decoding), median(encoding));
    }

    private static double median(List<Long> nanos) {
      long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
      return sorted[sorted.length / 2] / 1e6;
    }
  }

  private CodecBench() {}

  public static void main(String[] args) {
    int side = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    byte[] rgb = PngWriter.write(photo(side, 3, 1));
    byte[] exif =
        FileBuilder.chunk("eXIf", new byte[] {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    List<Kind> kinds =
        List.of(
            Kind.of("RGB", rgb),
            Kind.of("RGB, EXIF", FileBuilder.withChunk(rgb, exif)),
            Kind.of(
                "RGB, ICC profile", FileBuilder.withChunk(rgb, FileBuilder.profileChunk(PROFILE))),
            Kind.of("RGB and alpha", PngWriter.write(photo(side, 4, 1))),
            Kind.of("grey", PngWriter.write(photo(side, 1, 1))),
            Kind.of("RGB, 16 bits", PngWriter.write(photo(side, 3, 2))));
    for (int round = 0; round < rounds; round++) {
      kinds.forEach(Kind::run);
      if (round == rounds / 3) { // the code is compiled by now
        kinds.forEach(kind -> kind.decoding().clear());
        kinds.forEach(kind -> kind.encoding().clear());
      }
    }
    kinds.forEach(Kind::print);
  }

  /** Waves and noise, about as compressible as a photo. */
  private static OutputImage photo(int side, int bands, int sampleBytes) {
    byte[] samples = new byte[side * side * bands * sampleBytes];
    Random random = new Random(1);
    for (int i = 0; i < samples.length; i++) {
      int pixel = i / (bands * sampleBytes);
      double wave = Math.sin(pixel % side / 31.0) * Math.cos(pixel / side / 23.0);
      samples[i] = (byte) (128 + 90 * wave + random.nextInt(12));
    }
    return new OutputImage(new Plane(side, side, bands * sampleBytes, samples), sampleBytes);
  }
}
