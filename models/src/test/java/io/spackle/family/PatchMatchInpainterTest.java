package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.family.InpaintInput.Sources;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.patchmatch.PatchMatchFill;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PatchMatchInpainterTest {

  private static final int SIDE = 48;
  private static final int HOLE = 20; // its left edge

  /** What fills of the released version look like. */
  private static final String FILL_OF_VERSION_1 =
      "d8a9b88f8d1e1da7315c369d4a089585994d341a882286aa4a7869231ecf4794";

  /** If this fails, raise {@link PatchMatchFill#VERSION}, and pin the new fill. */
  @Test
  void fillsOfOneVersionStayTheSame() throws Exception {
    byte[] fill = inpaint(input(Sources.ALL), 1).image().pixels();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(fill);
    assertThat(PatchMatchFill.VERSION).isEqualTo(1);
    assertThat(HexFormat.of().formatHex(digest)).isEqualTo(FILL_OF_VERSION_1);
  }

  @Test
  void digestNamesTheVersion() {
    assertThat(BuiltInModel.PATCHMATCH.digest())
        .isEqualTo("builtin:patchmatch " + PatchMatchFill.VERSION);
  }

  @Test
  void pathsOfFoldersAreNotBuiltIn() {
    assertThat(BuiltInModel.of("/models/patchmatch")).isEmpty();
    assertThat(BuiltInModel.of("builtin:patchmatch")).contains(BuiltInModel.PATCHMATCH);
    assertThatThrownBy(() -> BuiltInModel.of("builtin:PatchMatch"))
        .hasMessage(
            "builtin:PatchMatch is not built in, expected one of builtin:patchmatch, builtin:fill");
  }

  @Test
  void fillsAreTheSameOnAnyNumberOfThreads() {
    byte[] alone = inpaint(input(Sources.ALL), 1).image().pixels();
    assertThat(inpaint(input(Sources.ALL), 3).image().pixels()).isEqualTo(alone);
  }

  /** The image is bright to the left of the hole and dark to its right. */
  @Test
  void excludedAndTransparentPixelsAreNotCopied() {
    assertThat(brightest(input(Sources.ALL))).isGreaterThan(150);
    Mask left = columns(0, SIDE / 2);
    assertThat(brightest(input(new Sources(Optional.of(left), Optional.empty()))))
        .as("excluded")
        .isLessThan(100);
    assertThat(brightest(input(new Sources(Optional.empty(), Optional.of(left.inverted())))))
        .as("transparent")
        .isLessThan(100);
  }

  @Test
  void imageWithNothingToCopyIsRejectedBeforeAnyIsFilled() {
    Mask all = columns(0, SIDE);
    InpaintInput none = input(new Sources(Optional.of(all), Optional.empty()));
    ImageException e = catchThrowableOfType(ImageException.class, () -> inpaint(none, 1));
    assertThat(e.reason()).isEqualTo(Reason.NOTHING_TO_COPY);
    assertThat(e).hasMessageContaining("every pixel is masked, excluded or transparent");
  }

  @Test
  void otherModelsCanStartFromAFill() {
    InpaintInput input = input(Sources.ALL);
    InpaintInput filled = input.filled(2, new Cancellation());
    assertThat(filled.image().pixels()).isEqualTo(inpaint(input, 1).image().pixels());
    assertThat(filled.image().pixels()).isNotEqualTo(input.image().pixels());
    assertThat(filled.mask()).isEqualTo(input.mask());
  }

  private static InpaintInput input(Sources sources) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % SIDE;
      int y = i / 3 / SIDE;
      pixels[i] = (byte) ((x < SIDE / 2 ? 190 : 30) + (13 * x + 29 * y) % 50);
    }
    RgbImage image = new RgbImage(SIDE, SIDE, pixels);
    return new InpaintInput(image, hole(), "", null, null, 5).withSources(sources);
  }

  private static Mask hole() {
    byte[] levels = columns(HOLE, 30).levels().clone();
    Arrays.fill(levels, 0, 15 * SIDE, (byte) 0);
    Arrays.fill(levels, 35 * SIDE, SIDE * SIDE, (byte) 0);
    return new Mask(SIDE, SIDE, levels);
  }

  private static Mask columns(int from, int to) {
    byte[] levels = new byte[SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i % SIDE >= from && i % SIDE < to ? 255 : 0);
    }
    return new Mask(SIDE, SIDE, levels);
  }

  private static InpaintedImage inpaint(InpaintInput input, int threads) {
    InpaintParameters parameters =
        new InpaintParameters(
            SIDE,
            SIDE,
            new InpaintParameters.Sampling(1, 1, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    try (Inpainter inpainter = BuiltInModel.PATCHMATCH.open(Device.cpu(threads))) {
      return inpainter.inpaint(parameters, List.of(input), new Cancellation()).get(0);
    }
  }

  /** The brightest level in the filled hole. */
  private static int brightest(InpaintInput input) {
    RgbImage filled = inpaint(input, 1).image();
    int brightest = 0;
    for (int i = 0; i < filled.pixels().length; i++) {
      if (input.mask().levels()[i / 3] != 0) {
        brightest = Math.max(brightest, filled.pixels()[i] & 0xFF);
      }
    }
    return brightest;
  }
}
