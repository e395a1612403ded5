package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import io.spackle.image.ImageException;
import io.spackle.image.Plane;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files of every kind decode to what the format's own library decodes: libwebp, libjpeg-turbo,
 * libpng, libtiff. What is not decoded is refused with its cause. The files and what is expected
 * are in decoder-corpus.zip.gz, written by {@code decoder_corpus.py}.
 */
class DecoderCorpusTest {

  private static final DecoderCorpus CORPUS = DecoderCorpus.read();
  private static final DecodeLimits SMALL = new DecodeLimits(250_000, 4000, 0xFFFFFF);
  private static final int ROUNDS = Integer.getInteger("corpus.rounds", 10);
  private static final long MAX_BYTES = 64L << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource
  void decodesAsTheLibraryOfTheFormat(FileType type) {
    Figures figures = new Figures();
    tests(type).forEach(figures::add);
    System.out.println(type + ": " + figures);
    assertThat(figures.failures).isEmpty();
    assertThat(figures.equal).isPositive();
  }

  /**
   * Errors other than of the decoder would be reported as our own, and memory must stay bounded.
   */
  @ParameterizedTest
  @EnumSource
  void damagedFilesAreDecodedOrRefusedInBoundedMemory(FileType type) {
    Random random = new Random(5);
    for (JsonNode test : tests(type)) {
      byte[] file = CORPUS.file(test.get("file").asText());
      for (int round = 0; round < ROUNDS; round++) {
        byte[] damaged = damaged(file, random);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
          ImageCodec.decode(damaged, SMALL);
        } catch (ImageException e) {
          assertThat(e.getMessage()).isNotBlank();
        } catch (RuntimeException | Error e) {
          fail(test.get("file") + " in round " + round, e);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
            .as("bytes allocated for %s in round %d", test.get("file"), round)
            .isLessThan(MAX_BYTES);
      }
    }
  }

  private static byte[] damaged(byte[] file, Random random) {
    int length = random.nextInt(4) == 0 ? random.nextInt(file.length) : file.length;
    byte[] bytes = Arrays.copyOf(file, length);
    for (int flips = random.nextInt(5); flips > 0 && bytes.length > 0; flips--) {
      int reach = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 80);
      bytes[random.nextInt(reach)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private static List<JsonNode> tests(FileType type) {
    String folder = type.name().toLowerCase(Locale.ROOT) + "/";
    return CORPUS.cases().stream()
        .filter(test -> test.get("file").asText().startsWith(folder))
        .toList();
  }

  private static final class Figures {

    private final List<String> failures = new ArrayList<>();
    private int equal;
    private int near;
    private int refused;

    void add(JsonNode test) {
      String file = test.get("file").asText();
      byte[] bytes = CORPUS.file(file);
      try {
        DecodedImage image = decoded(bytes);
        if (test.has("message")) {
          failures.add(file + " is decoded, expected a refusal");
        } else {
          compare(image, test);
        }
      } catch (ImageException e) {
        refused(e, test);
      } catch (RuntimeException | Error e) {
        failures.add(file + " throws " + e);
      }
    }

    private static DecodedImage decoded(byte[] bytes) {
      FileType type = FileType.of(bytes);
      type.check(bytes);
      return Decoders.using(bytes, type, ImageDecoder::decode);
    }

    private void compare(DecodedImage image, JsonNode test) {
      String file = test.get("file").asText();
      byte[] rgba = rgba(image);
      byte[] expected = CORPUS.file(test.get("pixels").asText());
      int width = test.get("width").asInt();
      if (image.colour().width() != width || rgba.length != expected.length) {
        failures.add(file + " has " + image.colour().width() + " x " + image.colour().height());
        return;
      }
      int distance = distance(rgba, expected);
      if (distance > test.get("levels").asInt()) {
        failures.add(file + " differs by " + distance + at(rgba, expected, width));
      } else if (distance > 0) {
        near++;
      } else {
        equal++;
      }
      byte[] deep = image.deep().map(Plane::data).orElse(new byte[0]);
      if (!Arrays.equals(
          deep, test.has("deep") ? CORPUS.file(test.get("deep").asText()) : new byte[0])) {
        failures.add(file + " has other 16-bit samples");
      }
    }

    private void refused(ImageException e, JsonNode test) {
      boolean named = test.has("message") && e.getMessage().contains(test.get("message").asText());
      if (named && e.reason().name().equals(test.get("reason").asText())) {
        refused++;
      } else {
        failures.add(
            test.get("file").asText() + " is refused: " + e.reason() + " " + e.getMessage());
      }
    }

    @Override
    public String toString() {
      return "%d files, %d equal, %d within one level, %d refused"
          .formatted(equal + near + refused + failures.size(), equal, near, refused);
    }
  }

  private static byte[] rgba(DecodedImage image) {
    byte[] colour = image.colour().pixels();
    byte[] rgba = new byte[colour.length / 3 * 4];
    for (int i = 0; i < rgba.length / 4; i++) {
      System.arraycopy(colour, 3 * i, rgba, 4 * i, 3);
      rgba[4 * i + 3] = image.alpha().isPresent() ? image.alpha().get().levels()[i] : (byte) 255;
    }
    return rgba;
  }

  private static int distance(byte[] actual, byte[] expected) {
    int distance = 0;
    for (int i = 0; i < actual.length; i++) {
      distance = Math.max(distance, Math.abs((actual[i] & 0xFF) - (expected[i] & 0xFF)));
    }
    return distance;
  }

  /** The first pixel that differs by the most. */
  private static String at(byte[] actual, byte[] expected, int width) {
    int distance = distance(actual, expected);
    int i = 0;
    while (Math.abs((actual[i] & 0xFF) - (expected[i] & 0xFF)) < distance) {
      i++;
    }
    int from = i / 4 * 4;
    return " at (%d, %d): %s, expected %s"
        .formatted(i / 4 % width, i / 4 / width, levels(actual, from), levels(expected, from));
  }

  private static String levels(byte[] rgba, int from) {
    return (rgba[from] & 0xFF)
        + " "
        + (rgba[from + 1] & 0xFF)
        + " "
        + (rgba[from + 2] & 0xFF)
        + " "
        + (rgba[from + 3] & 0xFF);
  }
}
