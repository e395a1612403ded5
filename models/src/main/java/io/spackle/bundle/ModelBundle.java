package io.spackle.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.onnx.OnnxHeader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A checked model folder, in either of two layouts: Optimum's, with {@code model_index.json} and
 * one subfolder per component, or a single {@code model.onnx} with {@code erase.json}. The
 * autoencoder may come from another folder.
 *
 * <p>Opening it loads no graph. Returned JSON nodes are shared and must not be modified.
 */
public final class ModelBundle {

  /** The component of a single-graph model: the folder itself. */
  public static final String ROOT = "";

  /** The components of the autoencoder. */
  public static final List<String> VAE = List.of("vae_encoder", "vae_decoder");

  private static final String SCHEDULER = "scheduler";

  private final ModelFolder parts;
  private final ModelFolder vae;
  private final JsonNode index;
  private final JsonNode schedulerConfig;
  private final OptionalInt textLength;
  private final PromptSyntax promptSyntax;

  private ModelBundle(
      ModelFolder parts,
      ModelFolder vae,
      JsonNode index,
      JsonNode schedulerConfig,
      OptionalInt textLength,
      PromptSyntax promptSyntax) {
    this.parts = parts;
    this.vae = vae;
    this.index = index;
    this.schedulerConfig = schedulerConfig;
    this.textLength = textLength;
    this.promptSyntax = promptSyntax;
  }

  /**
   * Opens a folder and performs all checks that load no graph.
   *
   * @throws InvalidModelException with all problems: files that are missing, unreadable or git-lfs
   *     pointers, and graphs whose external tensors are missing or outside their folder
   */
  public static ModelBundle open(Path folder) {
    BundleCheck checked = BundleCheck.of(folder);
    ModelFolder parts = ModelFolder.of(folder, checked);
    JsonNode scheduler = parts.json(SCHEDULER, "scheduler_config.json").orElse(null);
    return new ModelBundle(
        parts,
        parts,
        checked.index,
        scheduler,
        OptionalInt.empty(),
        BundleOptions.NONE.promptSyntax());
  }

  /** The name of the folder. */
  public String name() {
    return parts.name();
  }

  /** The model's name on the Hugging Face Hub if the index has one, else that of the folder. */
  public String modelName() {
    return ModelFolder.hubName(index).orElseGet(this::name);
  }

  /**
   * The name of an autoencoder that is not the model's own: its name on the Hugging Face Hub, else
   * that of its folder.
   */
  public Optional<String> vaeName() {
    Optional<String> named =
        VAE.stream()
            .flatMap(component -> vae.hubName(component).stream())
            .filter(name -> !name.equals(modelName()))
            .findFirst();
    return named.or(() -> vae == parts ? Optional.empty() : Optional.of(vae.name()));
  }

  /**
   * The diffusers pipeline of the model, such as StableDiffusionInpaintPipeline; empty for a single
   * graph.
   */
  public Optional<String> className() {
    return Optional.ofNullable(index.path("_class_name").textValue());
  }

  /**
   * {@code model_index.json}: the class name, flags such as force_zeros_for_empty_prompt, and the
   * components; a missing node for a single graph.
   */
  public JsonNode index() {
    return index;
  }

  /** Whether a component has a graph. */
  public boolean has(String component) {
    return of(component).has(component);
  }

  /**
   * A component's {@code config.json} (or scheduler_config.json, preprocessor_config.json), and the
   * {@code erase.json} of {@link #ROOT}; legacy folders have none.
   */
  public Optional<JsonNode> config(String component) {
    return component.equals(SCHEDULER)
        ? Optional.ofNullable(schedulerConfig)
        : of(component).config(component);
  }

  /**
   * The required configuration of a component.
   *
   * @throws InvalidModelException if there is none
   */
  public JsonNode requiredConfig(String component) {
    return config(component)
        .orElseThrow(
            () ->
                of(component)
                    .invalid(
                        List.of(
                            component
                                + "/config.json: not found: copy it from the exported model")));
  }

  /**
   * This bundle with the settings of a job. The digest does not change: the files are the same.
   *
   * @throws InvalidModelException if there are scheduler options and the model has no scheduler
   */
  public ModelBundle with(BundleOptions options) {
    JsonNode scheduler =
        options.schedulerConfig().isEmpty()
            ? schedulerConfig
            : scheduler(options.schedulerConfig());
    Integer length = options.textLength();
    return new ModelBundle(
        parts,
        vae,
        index,
        scheduler,
        length == null ? OptionalInt.empty() : OptionalInt.of(length),
        options.promptSyntax());
  }

  private JsonNode scheduler(Map<String, Object> options) {
    if (schedulerConfig == null) {
      throw parts.invalid(
          List.of(
              "has no scheduler, but the scheduler options "
                  + options.keySet()
                  + " are set: remove them"));
    }
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode scheduler = schedulerConfig.deepCopy();
    options.forEach((key, value) -> scheduler.set(key, mapper.valueToTree(value)));
    return scheduler;
  }

  /**
   * This bundle with another autoencoder.
   *
   * @param other has the components of {@link #VAE}, such as those of another bundle, and the
   *     decoder's {@code config.json} with the factors of the latents
   * @throws InvalidModelException if one of these is missing
   */
  public ModelBundle withVae(ModelFolder other) {
    if (schedulerConfig == null) {
      throw parts.invalid(
          List.of("is a single graph, which has no autoencoder to replace: remove the setting"));
    }
    other.require(VAE);
    ModelBundle bundle =
        new ModelBundle(parts, other, index, schedulerConfig, textLength, promptSyntax);
    bundle.requiredConfig("vae_decoder");
    return bundle;
  }

  /** The length of long prompts in tokens, if it is not the tokenizer's. */
  public OptionalInt textLength() {
    return textLength;
  }

  /** The syntax of prompts for this bundle. */
  public PromptSyntax promptSyntax() {
    return promptSyntax;
  }

  /** The folder of a component, whether it exists or not. */
  public Path folder(String component) {
    return of(component).folder(component);
  }

  /**
   * The graph file of a component.
   *
   * @param device that is to run it
   * @throws InvalidModelException if there is none, or the folder is prepared for another device
   */
  public Path graph(String component, Device device) {
    return of(component).graph(component, device);
  }

  /**
   * The declared inputs and outputs of a graph, read without loading it.
   *
   * @throws InvalidModelException if the graph is missing, or declares an unsupported type
   */
  public OnnxHeader header(String component) {
    return of(component).header(component);
  }

  /**
   * Checks that components have graphs.
   *
   * @throws InvalidModelException naming each missing graph
   */
  public void require(List<String> components) {
    parts.require(components.stream().filter(component -> of(component) == parts).toList());
  }

  /** By what, and for which device, a prepared model was made. */
  public Optional<String> preparation() {
    return parts.preparation();
  }

  /** The only device that the model's graphs run on, if they are optimised for one. */
  public Optional<Device.Kind> preparedFor() {
    return parts.preparedFor();
  }

  /**
   * A SHA-256 of the content, in hex: the digest of the output of {@code sha256sum} for the files
   * of {@link #digests}. The first call reads each file that this process has not read.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public String digest() {
    return Digests.ofListing(digests());
  }

  /**
   * The SHA-256 of each relevant file (JSON, tokenizer text, graphs and their external tensors), in
   * hex, by its path in the bundle with slashes, sorted; with those of another autoencoder in place
   * of the bundle's. The first call reads each file that this process has not read.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public Map<String, String> digests() {
    Map<String, String> all = new TreeMap<>(parts.digests());
    all.keySet().removeIf(file -> of(file.substring(0, Math.max(0, file.indexOf('/')))) != parts);
    all.putAll(vae.digests());
    return Collections.unmodifiableMap(all);
  }

  private ModelFolder of(String component) {
    return VAE.contains(component) ? vae : parts;
  }
}
