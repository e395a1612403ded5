package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.ModelBundle;
import io.spackle.golden.GoldenCase;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded run of the reference pipelines, from the encoded photo to the image. */
class GoldenCasesTest {

  private static final int MIN_CASES = 30;

  /** The reference drew two images from one generator; here each image has its own. */
  private static final Set<String> SHARED_GENERATOR =
      Set.of("sd15-one-generator-two-images", "flux-two-per-prompt");

  /** The models of the cases so far. */
  private static final Map<Model, Inpainter> OPEN = new HashMap<>();

  /** What cases must share to be run by one open model. */
  private record Model(String bundle, BundleOptions options) {

    static Model of(GoldenCase golden, String bundle) {
      int textLength = (int) golden.argument("max_sequence_length", 512);
      return new Model(
          bundle, new BundleOptions(golden.schedulerOverrides(), textLength, golden.syntax()));
    }

    Inpainter open() {
      return Families.open(ModelBundle.open(Goldens.bundle(bundle)).with(options), Device.cpu(1));
    }
  }

  @AfterAll
  static void close() {
    OPEN.values().forEach(Inpainter::close);
  }

  static List<GoldenCase> cases() {
    return Goldens.cases().stream()
        .filter(golden -> !SHARED_GENERATOR.contains(golden.name()))
        .toList();
  }

  static Stream<GoldenCase> halfPrecision() {
    return cases().stream()
        .filter(
            golden -> golden.bundle().equals("tiny-sd15-inpaint") && golden.scheduler() == null);
  }

  @Test
  void thereAreCases() {
    assertThat(cases()).hasSizeGreaterThanOrEqualTo(MIN_CASES);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void generatesTheRecordedImage(GoldenCase golden) {
    compare(golden, golden.bundle(), Tolerance.of(golden));
  }

  @ParameterizedTest
  @MethodSource("halfPrecision")
  void generatesNearlyTheSameInHalfPrecision(GoldenCase golden) {
    compare(golden, golden.bundle() + "-fp16", Tolerance.HALF_PRECISION);
  }

  private static void compare(GoldenCase golden, String bundle, Tolerance tolerance) {
    List<RgbImage> generated = inpaint(golden, bundle);
    for (int i = 0; i < comparable(golden, generated); i++) {
      Difference difference = Difference.between(generated.get(i), golden.image(i));
      assertThat(difference.max())
          .as("largest of image %d", i)
          .isLessThanOrEqualTo(tolerance.max());
      assertThat(difference.mean()).as("mean of image %d", i).isLessThanOrEqualTo(tolerance.mean());
    }
  }

  /**
   * Of one photo generated with several generators only the first image compares: the reference
   * draws the masked photo's posterior once, from the first generator, where each image here draws
   * its own.
   */
  private static int comparable(GoldenCase golden, List<RgbImage> generated) {
    return golden.images().size() == 1 ? 1 : generated.size();
  }

  private static List<RgbImage> inpaint(GoldenCase golden, String bundleName) {
    Inpainter inpainter = OPEN.computeIfAbsent(Model.of(golden, bundleName), Model::open);
    List<Frame> frames = frames(golden, inpainter.traits());
    List<InpaintedImage> results =
        inpainter.inpaint(
            parameters(golden, inpainter.traits()), inputs(golden, frames), new Cancellation());
    List<RgbImage> images = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      images.add(frames.get(i).restore(results.get(i).image()));
    }
    return images;
  }

  private static List<Frame> frames(GoldenCase golden, ModelTraits traits) {
    FramingOptions options =
        new FramingOptions(
            Resize.STRETCH,
            golden.cropPadding(),
            MaskReduction.NEAREST,
            false,
            0,
            0,
            Composite.PASTE);
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < golden.seeds().size(); i++) {
      frames.add(
          Framing.frame(
              pick(golden.images(), i),
              pick(golden.masks(), i),
              side(golden, "width", traits),
              side(golden, "height", traits),
              traits.sizes().multiple(),
              options));
    }
    return frames;
  }

  private static int side(GoldenCase golden, String name, ModelTraits traits) {
    return traits.framedSide((int) golden.argument(name, 512), Resize.STRETCH);
  }

  private static InpaintParameters parameters(GoldenCase golden, ModelTraits traits) {
    return new InpaintParameters(
        side(golden, "width", traits),
        side(golden, "height", traits),
        new InpaintParameters.Sampling(
            (int) golden.argument("num_inference_steps", traits.defaults().steps()),
            new GuidanceSchedule(
                golden.argument("guidance_scale", traits.defaults().guidanceScale()),
                golden.guidanceInterval().get(0),
                golden.guidanceInterval().get(1)),
            golden.argument("strength", traits.defaults().strength()),
            new SchedulerChoice(golden.scheduler(), null)),
        MaskReduction.NEAREST,
        false,
        ReferenceLayout.valueOf(golden.referenceLayout().toUpperCase(Locale.ROOT)));
  }

  private static List<InpaintInput> inputs(GoldenCase golden, List<Frame> frames) {
    List<InpaintInput> inputs = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      inputs.add(
          new InpaintInput(
              frames.get(i).image(),
              frames.get(i).mask(),
              pick(golden.prompts(), i),
              golden.negativePrompt(),
              golden.reference(),
              golden.seeds().get(i)));
    }
    return inputs;
  }

  /** Item {@code i} of as many as there are images, or the only one. */
  private static <T> T pick(List<T> items, int i) {
    return items.get(items.size() == 1 ? 0 : i);
  }

  /** How far an image may be from the recorded one, in levels of 0 to 255. */
  private record Tolerance(int max, double mean) {

    static final Tolerance HALF_PRECISION = new Tolerance(4, 0.5);

    /**
     * Legacy graphs cut fractional timesteps to whole ones, on whose rounding PyTorch and ONNX
     * Runtime differ.
     */
    static Tolerance of(GoldenCase golden) {
      return golden.name().equals("legacy-scheduler-euler-a")
          ? new Tolerance(2, 0.1)
          : new Tolerance(2, 0.01);
    }
  }

  /** How far two images are apart, in levels of 0 to 255. */
  private record Difference(int max, double mean) {

    static Difference between(RgbImage a, RgbImage b) {
      assertThat(List.of(a.width(), a.height())).isEqualTo(List.of(b.width(), b.height()));
      int max = 0;
      long sum = 0;
      for (int i = 0; i < a.pixels().length; i++) {
        int difference = Math.abs((a.pixels()[i] & 0xff) - (b.pixels()[i] & 0xff));
        max = Math.max(max, difference);
        sum += difference;
      }
      return new Difference(max, (double) sum / a.pixels().length);
    }
  }
}
