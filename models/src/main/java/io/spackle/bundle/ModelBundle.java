package io.spackle.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * A model folder, checked: Optimum's ONNX layout, with {@code model_index.json} and one folder for
 * each component, or one {@code model.onnx} with {@code erase.json} beside it. The autoencoder may
 * be that of another folder.
 *
 * <p>Opening it loads no graph. The JSON nodes that it returns are shared: read them only.
 */
public final class ModelBundle {

  /** The component of a model that is one graph: the folder itself. */
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
   * Opens a folder and checks everything in it that can be checked without loading a graph.
   *
   * @throws InvalidModelException with all problems: files that are missing, unreadable or git-lfs
   *     pointers, and graphs whose external tensors are missing or lie outside their folder
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

  /** The folder's own name. */
  public String name() {
    return parts.name();
  }

  /** What the model is called: its name on the hub where the folder tells it, else the folder's. */
  public String modelName() {
    return ModelFolder.hubName(index).orElseGet(this::name);
  }

  /**
   * What the autoencoder is called, where it is another one than the model came with: its name on
   * the hub, else that of its folder.
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
   * The pipeline that the model was made for, such as StableDiffusionInpaintPipeline; none where it
   * is one graph.
   */
  public Optional<String> className() {
    return Optional.ofNullable(index.path("_class_name").textValue());
  }

  /**
   * {@code model_index.json}: the class name, flags such as force_zeros_for_empty_prompt, and the
   * components; missing where the model is one graph.
   */
  public JsonNode index() {
    return index;
  }

  /** Whether there is a graph of this component. */
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
   * A component's configuration where a family cannot do without it.
   *
   * @throws InvalidModelException if there is none
   */
  public JsonNode requiredConfig(String component) {
    return config(component)
        .orElseThrow(
            () ->
                of(component)
                    .refusal(
                        List.of(
                            component
                                + "/config.json: not found: copy it from the exported model")));
  }

  /**
   * The same bundle with a job's own settings.
   *
   * @return with the digest of this one, since the files are the same
   * @throws InvalidModelException if the options are for a scheduler, and the model has none
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
      throw parts.refusal(
          List.of("has no scheduler, for which " + options.keySet() + " is set: leave it out"));
    }
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode scheduler = schedulerConfig.deepCopy();
    options.forEach((key, value) -> scheduler.set(key, mapper.valueToTree(value)));
    return scheduler;
  }

  /**
   * The same bundle with another autoencoder.
   *
   * @param other holds the components of {@link #VAE}, such as another bundle's; its decoder needs
   *     a {@code config.json}, for the factors of the latents
   * @throws InvalidModelException if something of that is missing
   */
  public ModelBundle withVae(ModelFolder other) {
    if (schedulerConfig == null) {
      throw parts.refusal(List.of("is one graph, without an autoencoder to replace: leave it out"));
    }
    other.require(VAE);
    ModelBundle bundle =
        new ModelBundle(parts, other, index, schedulerConfig, textLength, promptSyntax);
    bundle.requiredConfig("vae_decoder");
    return bundle;
  }

  /** The length of long prompts in tokens, where it is not the tokenizer's own. */
  public OptionalInt textLength() {
    return textLength;
  }

  /** How prompts for this bundle are written. */
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
   * @throws InvalidModelException if there is none
   */
  public Path graph(String component) {
    return of(component).graph(component);
  }

  /**
   * What a graph declares, read from its file alone.
   *
   * @throws InvalidModelException if there is no such graph, or its inputs and outputs are not all
   *     tensors
   */
  public OnnxHeader header(String component) {
    return of(component).header(component);
  }

  /**
   * Refuses a bundle that lacks graphs.
   *
   * @param components whose graphs a family needs
   * @throws InvalidModelException naming each that is missing
   */
  public void require(List<String> components) {
    parts.require(components.stream().filter(component -> of(component) == parts).toList());
  }

  /**
   * A SHA-256 of the content, in hex: the digest of the lines that {@code sha256sum} prints for the
   * files of {@link #digests}. Reads every byte when first called.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public String digest() {
    return Digests.ofListing(digests());
  }

  /**
   * The SHA-256 of each file that counts (JSON, tokenizer text, graphs and their external tensors),
   * in hex, by its path in the bundle with slashes, sorted; an autoencoder that replaces the
   * bundle's own stands in its place. Reads every byte when first called.
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
