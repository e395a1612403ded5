package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.golden.GoldenCase;
import io.spackle.golden.Goldens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionTest {

  @Test
  void cropRegionEqualsDiffusers() throws IOException {
    for (JsonNode vector : TestImages.vectors("crop_region")) {
      Region found =
          Region.around(
              mask(vector),
              vector.get("width").asInt(),
              vector.get("height").asInt(),
              vector.get("pad").asInt());
      assertThat(found).as(vector.toString()).isEqualTo(TestImages.region(vector.get("region")));
    }
  }

  @Test
  void cropRegionEqualsThatOfRecordedPipelines() {
    List<GoldenCase> runs =
        Goldens.cases().stream().filter(run -> run.cropPadding().crops()).toList();
    assertThat(runs).hasSizeGreaterThan(1);
    for (GoldenCase run : runs) {
      Region found =
          Region.around(
              run.masks().get(0),
              (int) run.argument("width", 512),
              (int) run.argument("height", 512),
              run.cropPadding().pixels());
      assertThat(found).as(run.name()).isEqualTo(TestImages.region(run.json().get("crop_region")));
    }
  }

  private static Mask mask(JsonNode vector) {
    JsonNode size = vector.get("mask_size");
    JsonNode rectangle = vector.get("rect_xywh");
    int left = rectangle.get(0).asInt();
    int top = rectangle.get(1).asInt();
    return TestImages.rectangle(
        size.get(0).asInt(),
        size.get(1).asInt(),
        new Region(left, top, left + rectangle.get(2).asInt(), top + rectangle.get(3).asInt()),
        vector.get("value").asInt());
  }
}
