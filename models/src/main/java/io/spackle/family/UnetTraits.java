package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.scheduler.Schedulers;

/** The traits that UNet families read from {@code unet/config.json}; legacy folders lack it. */
final class UnetTraits {

  private static final int LATENTS_OF_SD15 = 64;
  private static final int LEVELS_OF_SD15 = 4;

  private UnetTraits() {}

  static ModelTraits of(
      String family,
      ModelBundle bundle,
      Limits limits,
      int steps,
      double guidance,
      double strength) {
    JsonNode unet = bundle.config("unet").orElse(MissingNode.getInstance());
    return new ModelTraits(
        family,
        bundle.modelName(),
        VaeCodec.FACTOR * unet.path("sample_size").asInt(LATENTS_OF_SD15),
        sizeMultiple(unet),
        1,
        limits,
        steps,
        guidance,
        strength,
        BundleSchedulers.ownName(bundle),
        Schedulers.names(Schedulers.Kind.DIFFUSION),
        false);
  }

  /**
   * Each level but the last halves the latents; an exported UNet joins them again only if all
   * halves are whole.
   */
  private static int sizeMultiple(JsonNode unet) {
    int levels = unet.path("block_out_channels").size();
    return VaeCodec.FACTOR << ((levels == 0 ? LEVELS_OF_SD15 : levels) - 1);
  }
}
