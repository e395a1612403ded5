package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FilterTest {

  @Test
  void lanczosIsBitIdenticalToPillow() throws IOException {
    for (JsonNode vector : TestImages.vectors("resize_lanczos")) {
      boolean grey = vector.get("mode").asText().equals("L");
      Plane in = read(vector.get("in"), grey);
      Plane expected = read(vector.get("out"), grey);
      Plane out = Filter.LANCZOS.resize(in, expected.width(), expected.height());
      assertThat(out.data()).as(vector.toString()).isEqualTo(expected.data());
    }
  }

  /** Recorded from Pillow 12.3.0. */
  @Test
  void everyFilterEqualsPillow() {
    assertRow(Filter.BILINEAR, 7, 84, 189, 54);
    assertRow(Filter.BILINEAR, 0, 5, 14, 39, 105, 200, 235, 186, 26, 43, 77);
    assertRow(Filter.BICUBIC, 0, 89, 202, 43);
    assertRow(Filter.BICUBIC, 0, 2, 12, 30, 100, 200, 255, 200, 15, 33, 82);
    assertRow(Filter.LANCZOS, 0, 93, 205, 38);
    assertRow(Filter.LANCZOS, 0, 3, 10, 27, 96, 200, 255, 193, 15, 23, 92);
  }

  private static void assertRow(Filter filter, int... expected) {
    byte[] levels = {0, 10, 50, (byte) 200, (byte) 255, 3, 77};
    byte[] found = filter.resize(new Plane(7, 1, 1, levels), expected.length, 1).data();
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i] & 0xFF).as("%s, pixel %d", filter, i).isEqualTo(expected[i]);
    }
  }

  private static Plane read(JsonNode name, boolean grey) throws IOException {
    return grey ? TestImages.mask(name).plane() : TestImages.image(name).plane();
  }

  @Test
  void sameSizeReturnsTheSameImage() {
    Plane plane = TestImages.random(new Random(1), 20, 9).plane();
    assertThat(Filter.LANCZOS.resize(plane, 20, 9)).isSameAs(plane);
  }

  @Test
  void uniformColourIsPreserved() {
    byte[] pixels = new byte[3 * 31 * 17];
    Arrays.fill(pixels, (byte) 201);
    RgbImage resized = Filter.LANCZOS.resize(new RgbImage(31, 17, pixels), 7, 90);
    assertThat(resized.pixels()).hasSize(3 * 7 * 90).containsOnly((byte) 201);
  }
}
