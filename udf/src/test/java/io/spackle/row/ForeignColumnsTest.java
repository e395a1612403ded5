package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.row.ForeignColumns.Foreign;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of other tools, and misspelled ones, are recognized. */
class ForeignColumnsTest {

  @ParameterizedTest
  @CsvSource({
    "steps,num_inference_steps",
    "numInferenceSteps,num_inference_steps",
    "cfg_scale,guidance_scale",
    "guidanceScale,guidance_scale",
    "guidance_interval,guidance_start",
    "cfg_end,guidance_end",
    "denoising_strength,strength",
    "sampler_name,scheduler",
    "num_images_per_prompt,samples",
    "n_iter,samples",
    "batch_size,samples",
    "image,init_image",
    "Input Image,init_image",
    "init_images,init_image",
    "mask,mask_image",
    "maskImage,mask_image",
    "negativePrompt,negative_prompt",
    "negative-prompt,negative_prompt",
    "callback_url,webhook",
    "widht,width",
    "hieght,height",
    "promt,prompt",
    "seeds,seed",
    "num_inference_step,num_inference_steps",
    "shceduler,scheduler",
    "track-id,track_id"
  })
  void columnsOfOtherToolsHaveASuggestion(String found, String meant) {
    assertThat(ForeignColumns.meant(found)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "init_image",
        "prompt",
        "PROMPT",
        "photographer",
        "shelf",
        "price",
        "sku",
        "notes",
        "category",
        "brand",
        "need",
        "weight",
        "eight",
        "keys",
        "ids",
        "title",
        "_spackle_line"
      })
  void otherColumnsHaveNone(String column) {
    assertThat(ForeignColumns.meant(column)).isEmpty();
  }

  /** A data set may well have an image of its own beside the init image. */
  @Test
  void aColumnIsForeignOnlyIfTheMeantOneIsMissing() {
    assertThat(ForeignColumns.in("Init_Image", "image", "mask", "steps"))
        .containsExactly(
            new Foreign("mask", "mask_image"), new Foreign("steps", "num_inference_steps"));
    assertThat(ForeignColumns.in("steps").get(0).warning())
        .isEqualTo(
            "the manifest's column steps is not used, only copied to the meta rows: did you mean"
                + " num_inference_steps?");
  }
}
