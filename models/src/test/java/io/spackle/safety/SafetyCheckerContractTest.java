package io.spackle.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.RgbImage;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link SafetyChecker}, for both kinds. */
class SafetyCheckerContractTest {

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15-inpaint-legacy", "colour-classifier"})
  void flagsDoNotDependOnTheThreadForAnySize(String folder) {
    try (SafetyChecker checker = load(folder)) {
      for (int[] size : new int[][] {{64, 64}, {1, 300}, {500, 20}, {1024, 768}}) {
        RgbImage image = noise(size[0], size[1]);
        boolean flagged = checker.flags(image, new Cancellation());
        assertThat(
                IntStream.range(0, 4)
                    .parallel()
                    .mapToObj(i -> checker.flags(image, new Cancellation())))
            .containsOnly(flagged);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15-inpaint-legacy", "colour-classifier"})
  void cancelledChecksAreRejected(String folder) {
    Cancellation cancelled = new Cancellation();
    cancelled.cancel();
    try (SafetyChecker checker = load(folder)) {
      assertThatThrownBy(() -> checker.flags(noise(64, 64), cancelled))
          .isInstanceOf(CancellationException.class);
    }
  }

  private static SafetyChecker load(String folder) {
    SafetyOptions options = new SafetyOptions(List.of("red"), 0.5);
    return SafetyModel.open(Goldens.bundle(folder), options).load(Device.cpu(1));
  }

  private static RgbImage noise(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    new Random(width).nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }
}
