package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.image.ImageException;
import io.spackle.image.Plane;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files of every kind decode to what the format's own library decodes: libwebp, libjpeg-turbo,
 * libpng, libtiff. What is not decoded is refused with its cause. The files and what is expected
 * are in decoder-corpus.zip.gz, written by {@code decoder_corpus.py}.
 */
class DecoderCorpusTest {

  @ParameterizedTest
  @EnumSource(names = {"JPEG", "PNG", "GIF", "WEBP"})
  void decodesAsTheLibraryOfTheFormat(FileType type) throws IOException {
    DecoderCorpus corpus = DecoderCorpus.read();
    Figures figures = new Figures();
    String folder = type.name().toLowerCase(Locale.ROOT) + "/";
    for (JsonNode test : corpus.cases()) {
      if (test.get("file").asText().startsWith(folder)) {
        figures.add(corpus, test);
      }
    }
    System.out.println(type + ": " + figures);
    assertThat(figures.failures).isEmpty();
    assertThat(figures.equal).isPositive();
  }

  private static final class Figures {

    private final List<String> failures = new ArrayList<>();
    private int equal;
    private int near;
    private int refused;

    void add(DecoderCorpus corpus, JsonNode test) {
      String file = test.get("file").asText();
      byte[] bytes = corpus.file(file);
      try {
        DecodedImage image = Decoders.using(bytes, FileType.of(bytes), ImageDecoder::decode);
        if (test.has("message")) {
          failures.add(file + " is decoded, expected a refusal");
        } else {
          compare(image, corpus, test);
        }
      } catch (ImageException e) {
        refused(e, test);
      } catch (RuntimeException | Error e) {
        failures.add(file + " throws " + e);
      }
    }

    private void compare(DecodedImage image, DecoderCorpus corpus, JsonNode test) {
      String file = test.get("file").asText();
      byte[] rgba = rgba(image);
      byte[] expected = corpus.file(test.get("pixels").asText());
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
          deep, test.has("deep") ? corpus.file(test.get("deep").asText()) : new byte[0])) {
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
