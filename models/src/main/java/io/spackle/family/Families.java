package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.safety.SafetyChecker;
import io.spackle.safety.SafetyModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The families of models in folders, one line each. */
public enum Families {
  /** CatVTON: a UNet without text that takes a reference image. */
  CATVTON(
      "catvton",
      bundle -> bundle.className().filter("CatVTONPipeline"::equals).isPresent(),
      List.of("unet", "vae_encoder", "vae_decoder"),
      CatVtonInpainter::traits,
      CatVtonInpainter::open),
  /** Stable Diffusion 1.5: one CLIP text encoder and a UNet. */
  SD15(
      "sd15",
      bundle -> bundle.has("unet") && !bundle.has("text_encoder_2"),
      List.of("text_encoder", "unet", "vae_encoder", "vae_decoder"),
      Sd15Inpainter::traits,
      Sd15Inpainter::open),
  /** Stable Diffusion XL: two CLIP text encoders and a UNet. */
  SDXL(
      "sdxl",
      bundle -> bundle.has("unet") && bundle.has("text_encoder_2"),
      List.of("text_encoder", "text_encoder_2", "unet", "vae_encoder", "vae_decoder"),
      SdxlInpainter::traits,
      SdxlInpainter::open),
  /** Flux Fill: CLIP, T5 and a transformer. */
  FLUX_FILL(
      "flux-fill",
      bundle -> bundle.has("transformer"),
      List.of("text_encoder", "text_encoder_2", "transformer", "vae_encoder", "vae_decoder"),
      FluxFillInpainter::traits,
      FluxFillInpainter::open),
  /**
   * LaMa, MI-GAN and other erase models: one graph, no prompt. {@link BuiltInModel} has another.
   */
  ERASE(
      "erase",
      bundle -> bundle.config(ModelBundle.ROOT).isPresent(),
      List.of(ModelBundle.ROOT),
      EraseInpainter::traits,
      EraseInpainter::open);

  private final String configName;
  private final Predicate<ModelBundle> matches;
  private final List<String> graphs;
  private final Function<ModelBundle, ModelTraits> traits;
  private final BiFunction<ModelBundle, Device, Inpainter> opener;

  Families(
      String configName,
      Predicate<ModelBundle> matches,
      List<String> graphs,
      Function<ModelBundle, ModelTraits> traits,
      BiFunction<ModelBundle, Device, Inpainter> opener) {
    this.configName = configName;
    this.matches = matches;
    this.graphs = graphs;
    this.traits = traits;
    this.opener = opener;
  }

  /** The name in configuration. */
  public String configName() {
    return configName;
  }

  /**
   * The family that a bundle belongs to.
   *
   * @throws InvalidModelException if it belongs to none, or lacks graphs of its family
   */
  public static Families of(ModelBundle bundle) {
    Families family = match(bundle);
    bundle.require(family.graphs);
    return family;
  }

  private static Families match(ModelBundle bundle) {
    return Arrays.stream(values())
        .filter(family -> family.matches.test(bundle))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidModelException(
                    bundle.name(),
                    List.of(
                        "neither unet/model.onnx nor transformer/model.onnx found, nor model.onnx"
                            + " with erase.json, one of which every model of the families "
                            + configNames()
                            + " has: export the model with 'optimum-cli export onnx'")));
  }

  /** What a bundle accepts and assumes, read from its configuration files alone. */
  public static ModelTraits traits(ModelBundle bundle) {
    return of(bundle).traits.apply(bundle);
  }

  /** Opens a model as {@link ModelSource#open} does. */
  static Inpainter openUnchecked(ModelBundle bundle, Device device) {
    return of(bundle).opener.apply(bundle, device);
  }

  /**
   * Opens a model without a safety checker: loads its graphs and checks their inputs and outputs.
   * Parameters that ask for a safety check are rejected.
   *
   * @param bundle with the job's options, such as the prompt syntax
   * @param device where the graphs run
   * @return to be closed by the caller
   * @throws InvalidModelException with every problem found; nothing stays open then
   */
  public static Inpainter open(ModelBundle bundle, Device device) {
    return open(new ModelSource.Bundle(bundle), Optional.empty(), device);
  }

  /**
   * Opens a model with a safety checker for the images that ask for it.
   *
   * @param source with the job's options, such as the prompt syntax
   * @param safety the safety checker, if there is one
   * @param device where the graphs of both run
   * @return to be closed by the caller
   * @throws InvalidModelException with every problem found; nothing stays open then
   */
  public static Inpainter open(ModelSource source, Optional<SafetyModel> safety, Device device) {
    try (CloseStack opening = new CloseStack()) {
      Inpainter inpainter = opening.push(source.open(device));
      SafetyChecker checker = safety.map(model -> opening.push(model.load(device))).orElse(null);
      return new CheckedInpainter(inpainter, checker, opening.release());
    }
  }

  /** The names in configuration, comma-separated. */
  public static String configNames() {
    return Arrays.stream(values()).map(Families::configName).collect(Collectors.joining(", "));
  }
}
