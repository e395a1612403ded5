package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every family promises, whatever the model. One model of each architecture computes with two
 * threads, which spin while they wait and so take most of the time of these small models.
 */
@ParameterizedClass
@CsvSource({
  "tiny-sd15-inpaint, PLAIN, 2",
  "tiny-sd15-inpaint, A1111, 1",
  "tiny-sd15-inpaint-fp16, PLAIN, 1",
  "tiny-sd15-inpaint-legacy, PLAIN, 1",
  "tiny-sd15, A1111, 1",
  "tiny-sdxl-inpaint, PLAIN, 1",
  "tiny-sdxl-inpaint, A1111, 1",
  "tiny-catvton, PLAIN, 1",
  "tiny-flux-fill, PLAIN, 2",
  "tiny-flux-fill, A1111, 1",
  "tiny-erase-bytes, PLAIN, 1",
  "tiny-erase-floats, PLAIN, 1",
  "tiny-erase-migan, PLAIN, 1",
  "tiny-erase-lama, A1111, 2",
  "builtin:patchmatch, PLAIN, 2"
})
class InpainterContractTest {

  /** Of several sequences, where a family reads more than one. */
  private static final String LONG = "a ((red)) cat by the [river], ".repeat(20);

  private static Inpainter inpainter;

  @BeforeParameterizedClassInvocation
  static void open(String model, PromptSyntax syntax, int threads) {
    inpainter = source(model, syntax).open(Device.cpu(threads));
  }

  private static ModelSource source(String model, PromptSyntax syntax) {
    Optional<BuiltInModel> builtIn = BuiltInModel.of(model);
    return builtIn.isPresent()
        ? builtIn.get()
        : new ModelSource.Bundle(
            ModelBundle.open(Goldens.bundle(model)).with(new BundleOptions(Map.of(), 32, syntax)));
  }

  @AfterParameterizedClassInvocation
  static void close() {
    inpainter.close();
  }

  // JUnit names the tests by these.
  @SuppressWarnings("unused")
  InpainterContractTest(String model, PromptSyntax syntax, int threads) {}

  @Test
  void paintsWhatItPaintsAloneInAnyBatchAndOrder() {
    List<InpaintInput> inputs =
        List.of(
            Samples.input("a cat", 1),
            Samples.input(LONG, 2),
            Samples.input("(a:1.3) cat", 3),
            Samples.input("", 4));
    List<RgbImage> alone = inputs.stream().map(one -> inpaint(List.of(one)).get(0)).toList();

    assertThat(pixels(inpaint(inputs))).isEqualTo(pixels(alone));

    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
    Collections.shuffle(order, new Random(7));
    assertThat(pixels(inpaint(order.stream().map(inputs::get).toList())))
        .isEqualTo(pixels(order.stream().map(alone::get).toList()));
  }

  @Test
  void seedAndGuideDecideWhatIsPainted() {
    Guide guide = inpainter.traits().guide();
    InpaintInput cat = Samples.input("a cat", 1);
    byte[] generated = inpaint(List.of(cat)).get(0).pixels();

    assertThat(inpaint(List.of(cat)).get(0).pixels()).isEqualTo(generated);
    assertThat(isGenerated(generated, cat.reference(), "a cat", 2)).isEqualTo(guide == Guide.NONE);
    assertThat(isGenerated(generated, cat.reference(), "a dog", 1))
        .isEqualTo(guide != Guide.PROMPT);
    assertThat(isGenerated(generated, Samples.input("", 9).image(), "a cat", 1))
        .isEqualTo(guide != Guide.REFERENCE);
  }

  /** Whether the first sample gives the same image with other guides and another seed. */
  private boolean isGenerated(byte[] image, RgbImage reference, String prompt, long seed) {
    InpaintInput sample = Samples.input("a cat", 1);
    InpaintInput input =
        new InpaintInput(sample.image(), sample.mask(), prompt, null, reference, seed);
    return Arrays.equals(inpaint(List.of(input)).get(0).pixels(), image);
  }

  @Test
  void missingReferenceIsRejectedIfItIsNeeded() {
    InpaintInput sample = Samples.input("a cat", 1);
    InpaintInput without = new InpaintInput(sample.image(), sample.mask(), "a cat", null, null, 1);

    if (inpainter.traits().guide() == Guide.REFERENCE) {
      assertThatThrownBy(() -> inpaint(List.of(without)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no reference image found");
    } else {
      assertThat(inpaint(List.of(without))).hasSize(1);
    }
  }

  @Test
  void aReferenceInContextGuidesPromptedModelsAndIsRejectedByOthers() {
    InpaintParameters inContext =
        Samples.parameters(inpainter, 3).withReference(ReferenceLayout.LEFT);
    if (!inpainter.traits().takesReferenceInContext()) {
      assertThatThrownBy(() -> inpainter.check(inContext))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a reference image in context found, none expected");
      return;
    }
    inpainter.check(inContext);
    InpaintInput one = Samples.input("a cat", 1);
    InpaintInput other = wearing(one, Samples.input("", 9).image());
    RgbImage alone = inpaint(inContext, List.of(one)).get(0);

    assertThat(List.of(alone.width(), alone.height()))
        .isEqualTo(List.of(Samples.SIDE, Samples.SIDE));
    assertThat(pixels(inpaint(inContext, List.of(other, one))).get(1))
        .as("in a batch with another reference")
        .isEqualTo(ByteBuffer.wrap(alone.pixels()));
    assertThat(inpaint(inContext, List.of(other)).get(0).pixels()).isNotEqualTo(alone.pixels());
    assertThat(inpaint(List.of(one)).get(0).pixels())
        .as("without context")
        .isNotEqualTo(alone.pixels());
    assertThatThrownBy(() -> inpaint(inContext, List.of(wearing(one, null))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no reference image found");
  }

  private static InpaintInput wearing(InpaintInput input, RgbImage reference) {
    return new InpaintInput(
        input.image(), input.mask(), input.prompt(), null, reference, input.seed());
  }

  @Test
  void takesAsManyStepsAsItSays() {
    for (String scheduler : List.of("", "HeunDiscreteScheduler")) {
      if (scheduler.isEmpty() || inpainter.traits().schedulers().contains(scheduler)) {
        InpaintParameters parameters = shortened(scheduler.isEmpty() ? null : scheduler);
        Cancellation never = new Cancellation();
        InpaintState state = inpainter.begin(parameters, Samples.input("a cat", 1), never);
        int steps = 0;
        for (; !state.isDone(); steps++) {
          state = inpainter.step(List.of(state), never).get(0);
        }
        assertThat(inpainter.calls(parameters)).as(scheduler).isEqualTo(steps);
      }
    }
  }

  /** Five steps, of which strength leaves three. */
  private static InpaintParameters shortened(String scheduler) {
    InpaintParameters.Sampling sampling =
        new InpaintParameters.Sampling(5, 1, 0.6, new SchedulerChoice(scheduler, null));
    return new InpaintParameters(Samples.SIDE, Samples.SIDE, sampling, MaskReduction.MAX, false);
  }

  @Test
  void paintsInTheSizeOfThePlan() {
    RgbImage generated = inpaint(List.of(Samples.input("a cat", 1))).get(0);

    assertThat(List.of(generated.width(), generated.height()))
        .isEqualTo(List.of(Samples.SIDE, Samples.SIDE));
  }

  @Test
  void notesPromptsThatAreCutOrNotRead() {
    String tooLong = "a very long story of a cat ".repeat(400);

    InpaintedImage cut =
        inpainter
            .inpaint(
                Samples.parameters(inpainter, 2),
                List.of(Samples.input(tooLong, 1)),
                new Cancellation())
            .get(0);

    assertThat(cut.notes())
        .containsExactly(
            inpainter.traits().guide() == Guide.PROMPT
                ? Note.PROMPT_TRUNCATED
                : Note.PROMPT_UNUSED);
  }

  @Test
  void notesANegativePromptWithoutEffect() {
    boolean readsPrompts = inpainter.traits().guide() == Guide.PROMPT;
    boolean readsNegativeOnes = readsPrompts && !inpainter.traits().family().equals("flux-fill");
    assertThat(notes(inpainter.traits().defaults().guidanceScale(), "ugly"))
        .as("with guidance")
        .isEqualTo(
            readsNegativeOnes
                ? Set.of()
                : Set.of(readsPrompts ? Note.NEGATIVE_PROMPT_UNUSED : Note.PROMPT_UNUSED));
    assertThat(notes(1, "ugly"))
        .as("without guidance")
        .containsExactly(readsPrompts ? Note.NEGATIVE_PROMPT_UNUSED : Note.PROMPT_UNUSED);
    if (readsPrompts) {
      assertThat(notes(1, "  ")).as("blank").isEmpty();
    }
  }

  private static Set<Note> notes(double guidance, String negativePrompt) {
    InpaintParameters usual = Samples.parameters(inpainter, 2);
    InpaintParameters parameters =
        new InpaintParameters(
            usual.width(),
            usual.height(),
            new InpaintParameters.Sampling(2, guidance, 1, SchedulerChoice.DEFAULT),
            usual.maskReduction(),
            false);
    InpaintInput sample = Samples.input("a cat", 1);
    InpaintInput input =
        new InpaintInput(
            sample.image(),
            sample.mask(),
            sample.prompt(),
            negativePrompt,
            sample.reference(),
            sample.seed());
    return inpainter.inpaint(parameters, List.of(input), new Cancellation()).get(0).notes();
  }

  @Test
  void stopsOnceCancelledAndStaysOpen() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<List<InpaintedImage>> running =
        CompletableFuture.supplyAsync(
            () -> inpainter.inpaint(Samples.parameters(inpainter, 50), many(), cancellation));
    assertThat(running).isNotCompleted();
    TimeUnit.MILLISECONDS.sleep(100); // some steps into the run; the outcome does not depend on it

    cancellation.cancel();

    assertThat(running)
        .failsWithin(Duration.ofMinutes(1)) // to its end, it would not fail
        .withThrowableThat()
        .withCauseInstanceOf(CancellationException.class);
    assertThat(inpaint(List.of(Samples.input("a cat", 1)))).hasSize(1); // the model is still open
  }

  @Test
  void doesNotBeginOnceCancelled() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();

    assertThatThrownBy(
            () -> inpainter.inpaint(Samples.parameters(inpainter, 2), many(), cancellation))
        .isInstanceOf(CancellationException.class);
  }

  private List<RgbImage> inpaint(List<InpaintInput> inputs) {
    return inpaint(Samples.parameters(inpainter, 3), inputs);
  }

  private List<RgbImage> inpaint(InpaintParameters parameters, List<InpaintInput> inputs) {
    return inpainter.inpaint(parameters, inputs, new Cancellation()).stream()
        .map(InpaintedImage::image)
        .toList();
  }

  /** Work of seconds: eight images where there are steps, thousands where there are none. */
  private static List<InpaintInput> many() {
    int count = inpainter.traits().erases() ? 50_000 : 8;
    return Collections.nCopies(count, Samples.input("a cat", 1));
  }

  private static List<ByteBuffer> pixels(List<RgbImage> images) {
    return images.stream().map(image -> ByteBuffer.wrap(image.pixels())).toList();
  }
}
