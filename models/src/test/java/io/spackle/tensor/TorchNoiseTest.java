package io.spackle.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.golden.Goldens;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Draws compared with those of torch: vectors/randn.json. */
class TorchNoiseTest {

  /** Torch computes its long draws in vectorised single precision. */
  private static final float TOLERANCE = 2e-6f;

  private static final JsonNode GOLDEN = Goldens.json(Goldens.file("vectors/randn.json"));

  @Test
  void drawsEqualTorch() {
    JsonNode rows = GOLDEN.get("single");
    assertThat(rows.size()).isGreaterThanOrEqualTo(100);
    for (JsonNode row : rows) {
      TorchNoise noise = TorchNoise.seeded(seed(row));
      assertDraw(noise, row.get("shape"), row.get("values"), row.get("seed").asText());
    }
  }

  @Test
  void consecutiveDrawsEqualTorch() {
    JsonNode rows = GOLDEN.get("sequences");
    assertThat(rows.size()).isGreaterThanOrEqualTo(20);
    for (JsonNode row : rows) {
      TorchNoise noise = TorchNoise.seeded(seed(row));
      assertThat(row.get("draws").size()).isGreaterThanOrEqualTo(2);
      for (JsonNode draw : row.get("draws")) {
        assertDraw(noise, draw.get("shape"), draw.get("values"), row.get("seed").asText());
      }
    }
  }

  @Test
  void seedsAreTakenModulo32Bits() {
    List<JsonNode> rows = new ArrayList<>();
    GOLDEN.get("negative_and_large_seeds").forEach(rows::add);
    rows.removeIf(row -> row.has("error")); // beyond 64 bits: not a long either
    assertThat(rows).hasSizeGreaterThanOrEqualTo(5);
    for (JsonNode row : rows) {
      float[] found = TorchNoise.seeded(seed(row)).next(16);
      assertValues(found, row.get("values_16"), row.get("seed").asText());
    }
  }

  @Test
  void halfPrecisionDrawsAreRoundedSinglePrecisionDraws() {
    JsonNode values = GOLDEN.get("float16_seed_42_n16").get("values");
    assertThat(values.size()).isEqualTo(16);
    float[] found = TorchNoise.seeded(42).next(16);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(values.get(i).floatValue(), within(1e-3f));
    }
  }

  @Test
  void streamsAreEqualExactlyForEqualSeeds() {
    assertThat(TorchNoise.seeded(5).next(40)).isEqualTo(TorchNoise.seeded(5).next(40));
    assertThat(TorchNoise.seeded(5).next(40)).isNotEqualTo(TorchNoise.seeded(6).next(40));
  }

  @Test
  void drawingAheadDoesNotChangeTheValues() {
    TorchNoise stepwise = TorchNoise.seeded(7);
    TorchNoise ahead = TorchNoise.seeded(7);
    for (int draw = 0; draw < 5; draw++) {
      ahead.drawAhead(100);
      assertThat(ahead.next(100)).as("draw %d", draw).isEqualTo(stepwise.next(100));
    }
  }

  @Test
  void aDrawThatWasMadeAheadCannotGetAnotherLength() {
    TorchNoise noise = TorchNoise.seeded(7);
    noise.drawAhead(100);
    assertThatThrownBy(() -> noise.next(64))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a draw of 64 values, expected 100: so many were drawn ahead");
  }

  @Test
  void emptyDrawDoesNotAdvanceTheStream() {
    TorchNoise noise = TorchNoise.seeded(5);
    assertThat(noise.next(0)).isEmpty();
    assertThat(noise.next(3)).isEqualTo(TorchNoise.seeded(5).next(3));
  }

  @Test
  void longDrawsHaveMeanZeroAndDeviationOne() {
    float[] values = TorchNoise.seeded(9).next(100_003);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      assertThat(Float.isFinite(value)).isTrue();
      sum += value;
      squares += value * value;
    }
    assertThat(sum / values.length).isCloseTo(0, within(0.01));
    assertThat(squares / values.length).isCloseTo(1, within(0.02));
  }

  private static void assertDraw(TorchNoise noise, JsonNode shape, JsonNode values, String seed) {
    int count = 1;
    for (JsonNode axis : shape) {
      count *= axis.intValue();
    }
    assertValues(noise.next(count), values, "seed " + seed + ", shape " + shape);
  }

  private static void assertValues(float[] found, JsonNode values, String what) {
    assertThat(found.length).as(what).isEqualTo(values.size()).isPositive();
    for (int i = 0; i < found.length; i++) {
      float expected = values.get(i).floatValue();
      assertThat(found[i]).as(what + ", value " + i).isCloseTo(expected, within(TOLERANCE));
    }
  }

  private static long seed(JsonNode row) {
    return new BigInteger(row.get("seed").asText()).longValue();
  }
}
