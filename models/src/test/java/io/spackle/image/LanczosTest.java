package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanczosTest {

  @Test
  void equalsPillowBitForBit() throws IOException {
    for (JsonNode vector : Pictures.vectors("resize_lanczos")) {
      boolean grey = vector.get("mode").asText().equals("L");
      Plane in = read(vector.get("in"), grey);
      Plane expected = read(vector.get("out"), grey);
      Plane out = Lanczos.resize(in, expected.width(), expected.height());
      assertThat(out.data()).as(vector.toString()).isEqualTo(expected.data());
    }
  }

  private static Plane read(JsonNode name, boolean grey) throws IOException {
    return grey ? Pictures.mask(name).plane() : Pictures.image(name).plane();
  }

  @Test
  void sameSizeIsTheSamePicture() {
    Plane plane = Pictures.random(new Random(1), 20, 9).plane();
    assertThat(Lanczos.resize(plane, 20, 9)).isSameAs(plane);
  }

  @Test
  void plainColoursStayPlain() {
    byte[] pixels = new byte[3 * 31 * 17];
    Arrays.fill(pixels, (byte) 201);
    RgbImage resized = Lanczos.resize(new RgbImage(31, 17, pixels), 7, 90);
    assertThat(resized.pixels()).hasSize(3 * 7 * 90).containsOnly((byte) 201);
  }
}
