package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stable Diffusion XL, with an inpainting UNet or a plain one.
 *
 * <p>Computes what diffusers' {@code StableDiffusionXLInpaintPipeline} computes: two text encoders
 * side by side, the pooled embedding of the second, and the size of the image as further
 * conditions.
 */
final class SdxlInpainter implements Inpainter {

  private static final String POOLED = "text_embeds";
  private static final String TIME_IDS = "time_ids";
  private static final float AESTHETIC_SCORE = 6.0f;
  private static final float NEGATIVE_AESTHETIC_SCORE = 2.5f;

  /**
   * What the bundle's {@code model_index.json} asks for.
   *
   * @param zeroForAbsent whether an absent negative prompt stands for zeros; "" is encoded all the
   *     same
   * @param scored whether an aesthetic score stands in place of the target size
   */
  private record Habits(boolean zeroForAbsent, boolean scored) {

    static Habits of(JsonNode index) {
      return new Habits(
          index.path("force_zeros_for_empty_prompt").asBoolean(true),
          index.path("requires_aesthetics_score").asBoolean(false));
    }
  }

  /**
   * One prompt as both encoders read it.
   *
   * @param hidden (1, tokens, width 1 + width 2)
   * @param pooled (1, width)
   */
  private record Embedding(FloatTensor hidden, FloatTensor pooled, boolean truncated) {

    Embedding zeroed() {
      return new Embedding(
          FloatTensor.zeros(hidden.shape()), FloatTensor.zeros(pooled.shape()), false);
    }

    Map<String, FloatTensor> inputs(FloatTensor timeIds) {
      return Map.of(PromptEmbeds.HIDDEN, hidden, POOLED, pooled, TIME_IDS, timeIds);
    }
  }

  private final ModelTraits traits;
  private final Encoders encoders;
  private final UnetDenoiser painter;
  private final Habits habits;
  private final CloseStack resources;

  /**
   * Both text encoders.
   *
   * @param firstHidden the first one's output that is used, its last but one hidden state
   * @param secondHidden likewise
   */
  private record Encoders(
      PromptEncoder first, String firstHidden, PromptEncoder second, String secondHidden) {

    /** How many sequences a text fills. */
    int count(String text, Cancellation cancellation) {
      return Math.max(
          first.encode(text, cancellation).count(), second.encode(text, cancellation).count());
    }

    /**
     * Of a long prompt the first sequence's pooled embedding is taken, as AUTOMATIC1111's WebUI
     * does: the model was trained with that of one sequence, and people say first what matters.
     *
     * @param count sequences, at least those of the text
     */
    Embedding embed(String text, int count, Cancellation cancellation) {
      PromptEncoder.Encoded one = first.encode(text, cancellation);
      PromptEncoder.Encoded two = second.encode(text, cancellation);
      return new Embedding(
          FloatTensor.concat(
              List.of(
                  first.hidden(one, firstHidden, count, cancellation),
                  second.hidden(two, secondHidden, count, cancellation)),
              2),
          two.output(POOLED),
          one.truncated() || two.truncated());
    }
  }

  private SdxlInpainter(
      ModelTraits traits,
      Encoders encoders,
      UnetDenoiser painter,
      Habits habits,
      CloseStack resources) {
    this.traits = traits;
    this.encoders = encoders;
    this.painter = painter;
    this.habits = habits;
    this.resources = resources;
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    try (CloseStack opening = new CloseStack()) {
      BundleParts parts = new BundleParts(bundle, device, opening);
      String firstHidden = penultimate(bundle, "text_encoder");
      String secondHidden = penultimate(bundle, "text_encoder_2");
      UnetDenoiser painter =
          parts.unetPainter(Set.of("sample", "timestep", PromptEmbeds.HIDDEN, POOLED, TIME_IDS));
      int most = painter.mostSequences();
      Encoders encoders =
          new Encoders(
              parts.clip("tokenizer", "text_encoder", List.of(firstHidden), most),
              firstHidden,
              parts.clip("tokenizer_2", "text_encoder_2", List.of(secondHidden, POOLED), most),
              secondHidden);
      parts.refuseProblems();
      return new SdxlInpainter(
          traits(bundle), encoders, painter, Habits.of(bundle.index()), opening.release());
    }
  }

  static ModelTraits traits(ModelBundle bundle) {
    return UnetTraits.of("sdxl", bundle, Limits.ofApi().withSides(1024, 1536), 50, 7.5, 0.9999);
  }

  /**
   * Hidden state 0 is the embedding before the first layer, so the last one has the number of
   * layers.
   */
  private static String penultimate(ModelBundle bundle, String encoder) {
    int layers = bundle.requiredConfig(encoder).path("num_hidden_layers").asInt();
    return "hidden_states." + (layers - 1);
  }

  @Override
  public ModelTraits traits() {
    return traits;
  }

  @Override
  public void check(InpaintParameters plan) {
    painter.check(plan);
  }

  @Override
  public InpaintedBatch inpaint(
      InpaintParameters plan, List<InpaintInput> subjects, Cancellation cancellation) {
    return painter.paint(plan, subjects, this::condition, cancellation);
  }

  private PromptEmbeds condition(
      InpaintParameters plan, InpaintInput subject, Cancellation cancellation) {
    int count = encoders.count(subject.prompt(), cancellation);
    if (!plan.guided()) {
      Embedding prompt = encoders.embed(subject.prompt(), count, cancellation);
      return new PromptEmbeds(
          prompt.inputs(timeIds(plan, AESTHETIC_SCORE)),
          Map.of(),
          Note.ofTruncated(prompt.truncated(), false));
    }
    boolean zeros = subject.negativePrompt() == null && habits.zeroForAbsent();
    String negative = subject.negativePromptOrEmpty();
    int both = zeros ? count : Math.max(count, encoders.count(negative, cancellation));
    Embedding prompt = encoders.embed(subject.prompt(), both, cancellation);
    Embedding avoided = zeros ? prompt.zeroed() : encoders.embed(negative, both, cancellation);
    return new PromptEmbeds(
        prompt.inputs(timeIds(plan, AESTHETIC_SCORE)),
        avoided.inputs(timeIds(plan, NEGATIVE_AESTHETIC_SCORE)),
        Note.ofTruncated(prompt.truncated(), avoided.truncated()));
  }

  /** Original size, top left corner of the crop, then target size or score. */
  private FloatTensor timeIds(InpaintParameters plan, float score) {
    float h = plan.height();
    float w = plan.width();
    float[] ids =
        habits.scored() ? new float[] {h, w, 0, 0, score} : new float[] {h, w, 0, 0, h, w};
    return FloatTensor.of(ids, 1, ids.length);
  }

  @Override
  public void close() {
    resources.close();
  }
}
