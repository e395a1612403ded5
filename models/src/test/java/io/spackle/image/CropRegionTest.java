package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CropRegionTest {

  @Test
  void equalsDiffusers() throws IOException {
    for (JsonNode vector : Pictures.vectors("crop_region")) {
      Region found =
          CropRegion.around(
              mask(vector),
              vector.get("width").asInt(),
              vector.get("height").asInt(),
              vector.get("pad").asInt());
      assertThat(found).as(vector.toString()).isEqualTo(Pictures.region(vector.get("region")));
    }
  }

  @Test
  void equalsWhatPipelinesCropped() throws IOException {
    int checked = 0;
    for (JsonNode run : Pictures.cases()) {
      JsonNode padding = run.path("call").path("padding_mask_crop");
      if (padding.isInt()) {
        Mask mask = Pictures.photoMask(run.get("mask"));
        JsonNode call = run.get("call");
        int width = call.path("width").asInt(mask.width());
        int height = call.path("height").asInt(mask.height());
        assertThat(CropRegion.around(mask, width, height, padding.asInt()))
            .as(run.get("name").asText())
            .isEqualTo(Pictures.region(run.get("crop_region")));
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(1);
  }

  private static Mask mask(JsonNode vector) {
    JsonNode size = vector.get("mask_size");
    JsonNode hole = vector.get("rect_xywh");
    int left = hole.get(0).asInt();
    int top = hole.get(1).asInt();
    return Pictures.rectangle(
        size.get(0).asInt(),
        size.get(1).asInt(),
        new Region(left, top, left + hole.get(2).asInt(), top + hole.get(3).asInt()),
        vector.get("value").asInt());
  }
}
