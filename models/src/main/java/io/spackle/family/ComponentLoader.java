package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.OrtGraph;
import io.spackle.onnx.UnetCopy;
import io.spackle.scheduler.Schedulers;
import io.spackle.text.ClipTokenizer;
import io.spackle.text.PromptParser;
import io.spackle.text.PromptSequences;
import io.spackle.text.T5Tokenizer;
import io.spackle.text.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens the components of a model folder for a family, and collects the problems found. */
final class ComponentLoader {

  /** For legacy folders, which lack the VAE's config.json. */
  private static final float SD15_SCALING_FACTOR = 0.18215f;

  private final ModelBundle bundle;
  private final Device device;
  private final CloseStack resources;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param resources gets everything that is opened
   */
  ComponentLoader(ModelBundle bundle, Device device, CloseStack resources) {
    this.bundle = bundle;
    this.device = device;
    this.resources = resources;
  }

  /** A CLIP text encoder with its tokenizer, which truncates long prompts. */
  PromptEncoder clip(String tokenizer, String encoder, List<String> outputs) {
    Tokenizer opened = resources.push(ClipTokenizer.open(bundle.folder(tokenizer)));
    return truncating(opened, opened.maxLength(), encoder, outputs);
  }

  /**
   * A CLIP text encoder with its tokenizer, which reads prompts in the bundle's prompt syntax.
   *
   * @param maxSequences of one prompt
   */
  PromptEncoder clip(String tokenizer, String encoder, List<String> outputs, int maxSequences) {
    if (bundle.promptSyntax() == PromptSyntax.PLAIN) {
      return clip(tokenizer, encoder, outputs);
    }
    Tokenizer opened = resources.push(ClipTokenizer.open(bundle.folder(tokenizer)));
    int length = opened.maxLength();
    return new PromptEncoder(
        text -> PromptSequences.divided(opened, PromptParser.parse(text), length, maxSequences),
        textEncoder(encoder, outputs),
        outputs);
  }

  /** A T5 text encoder with its tokenizer. */
  PromptEncoder t5(String tokenizer, String encoder, List<String> outputs) {
    Tokenizer opened = resources.push(T5Tokenizer.open(bundle.folder(tokenizer)));
    return truncating(opened, bundle.textLength().orElse(opened.maxLength()), encoder, outputs);
  }

  private PromptEncoder truncating(
      Tokenizer tokenizer, int length, String encoder, List<String> outputs) {
    return new PromptEncoder(
        text -> PromptSequences.cut(tokenizer, text, length),
        textEncoder(encoder, outputs),
        outputs);
  }

  private Graph textEncoder(String component, List<String> outputs) {
    return graph(component, Set.of("input_ids"), Set.copyOf(outputs));
  }

  /** The UNet of a bundle with its autoencoder and schedulers. */
  UnetBackbone unetBackbone(Set<String> inputs) {
    Graph unet = denoiser(inputs);
    return new UnetBackbone(
        unet, vae(UnetBackbone.LATENT_CHANNELS), schedulers(), UnetBackbone.seesMask(unet));
  }

  /**
   * The schedulers of a bundle; an algorithm that does not take its options fails at its first use.
   */
  BundleSchedulers schedulers() {
    return schedulers(Map.of());
  }

  /**
   * The schedulers of a bundle.
   *
   * @param overrides of the bundle's scheduler configuration
   */
  BundleSchedulers schedulers(Map<String, Object> overrides) {
    JsonNode config = bundle.requiredConfig("scheduler");
    try {
      Schedulers.of(config.path("_class_name").asText());
    } catch (IllegalArgumentException e) {
      problems.add("scheduler/scheduler_config.json: " + e.getMessage());
    }
    return new BundleSchedulers(config, overrides);
  }

  /**
   * The autoencoder, with the factors in its {@code config.json}.
   *
   * @param channels of the latents that the network takes
   */
  VaeCodec vae(int channels) {
    Graph encoder = graph("vae_encoder", Set.of("sample"), Set.of());
    Graph decoder = graph("vae_decoder", Set.of("latent_sample"), Set.of("sample"));
    if (VaeCodec.ENCODER_OUTPUTS.stream().noneMatch(encoder.outputs()::containsKey)) {
      problems.add(
          "vae_encoder/model.onnx: outputs "
              + encoder.outputs().keySet()
              + " found, expected one of "
              + VaeCodec.ENCODER_OUTPUTS);
    }
    JsonNode config = bundle.config("vae_decoder").orElse(MissingNode.getInstance());
    int found = config.path("latent_channels").asInt(channels);
    if (found != channels) {
      problems.add(
          "vae_decoder/config.json: latent_channels "
              + found
              + " found, expected "
              + channels
              + ": use an autoencoder that was made for this family");
    }
    return new VaeCodec(
        encoder,
        decoder,
        (float) config.path("scaling_factor").asDouble(SD15_SCALING_FACTOR),
        (float) config.path("shift_factor").asDouble(0));
  }

  /**
   * A graph.
   *
   * @param fed all inputs, which the family feeds
   * @param read outputs that the family reads
   */
  Graph graph(String component, Set<String> fed, Set<String> read) {
    return checked(component, OrtGraph.open(bundle.graph(component, device), device), fed, read);
  }

  private Graph checked(String component, Graph graph, Set<String> fed, Set<String> read) {
    resources.push(graph);
    problems.addAll(graph.problems(component + "/model.onnx", fed, read));
    return graph;
  }

  /**
   * The UNet, opened as a changed copy where that is possible.
   *
   * @param fed as of {@link #graph}; a changed copy also takes {@link UnetCopy#SAMPLE_INDEX}
   */
  Graph denoiser(Set<String> fed) {
    Path file = bundle.graph("unet", device);
    Graph unet =
        changed(file)
            .map(copy -> OrtGraph.open(file, copy, device))
            .orElseGet(() -> OrtGraph.open(file, device));
    Set<String> inputs = new HashSet<>(fed);
    if (unet.inputs().containsKey(UnetCopy.SAMPLE_INDEX)) {
      inputs.add(UnetCopy.SAMPLE_INDEX);
    }
    return checked("unet", unet, inputs, Set.of("out_sample"));
  }

  private static Optional<ByteBuffer> changed(Path unet) {
    try {
      return UnetCopy.of(unet);
    } catch (IOException e) {
      return Optional.empty(); // opening the file tells what is wrong with it
    }
  }

  /**
   * Rejects a model with problems.
   *
   * @throws InvalidModelException if a component does not fit the family
   */
  void rejectProblems() {
    if (!problems.isEmpty()) {
      throw new InvalidModelException(bundle.name(), problems);
    }
  }
}
