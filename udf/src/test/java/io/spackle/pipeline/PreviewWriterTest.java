package io.spackle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.FakeInpainter;
import io.spackle.pipeline.PreviewWriter.Preview;
import io.spackle.sink.ImageSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreviewWriterTest {

  private static final RgbImage IMAGE = new RgbImage(8, 8, new byte[3 * 64]);

  private static final Frame FRAME =
      TestImages.row("any")
          .frame(
              IMAGE,
              new Mask(8, 8, new byte[64]),
              FakeInpainter.fakeTraits(),
              TestImages.settings().framing());

  private final Map<String, byte[]> written = new ConcurrentHashMap<>();

  @Test
  void sampleOfTheRowsIsDeterministic() {
    long chosen = chosen(0.1);
    assertThat(chosen).isBetween(60L, 140L).isEqualTo(chosen(0.1));
    assertThat(chosen(0)).isZero();
    assertThat(chosen(1)).isEqualTo(1000);
  }

  @Test
  void previewIsNamedAfterTheRow() {
    PreviewWriter previews = new PreviewWriter(TestImages.sink(written), 1);
    previews.write("a/b", previews.of("a/b", FRAME, Optional.empty(), IMAGE).orElseThrow());
    assertThat(written).containsOnlyKeys("a%2Fb.jpg");
  }

  @Test
  void referenceImageHasAFileOfItsOwn() {
    PreviewWriter previews = new PreviewWriter(TestImages.sink(written), 1);
    RgbImage wide = new RgbImage(1280, 640, new byte[3 * 1280 * 640]);
    previews.write("a", previews.of("a", FRAME, Optional.of(wide), IMAGE).orElseThrow());
    assertThat(written).containsOnlyKeys("a.jpg", "a.reference.jpeg");
    RgbImage small = ImageCodec.decode(written.get("a.reference.jpeg"), DecodeLimits.defaults());
    assertThat(List.of(small.width(), small.height())).isEqualTo(List.of(320, 160));
  }

  @Test
  void writeFailureIsIgnored() {
    PreviewWriter previews = new PreviewWriter(full(), 1);
    Preview preview = previews.of("a", FRAME, Optional.of(IMAGE), IMAGE).orElseThrow();
    assertThatNoException().isThrownBy(() -> previews.write("a", preview));
  }

  private long chosen(double share) {
    PreviewWriter previews = new PreviewWriter(TestImages.sink(written), share);
    return IntStream.range(0, 1000)
        .filter(i -> previews.of("row " + i, FRAME, Optional.empty(), IMAGE).isPresent())
        .count();
  }

  private static ImageSink full() {
    return (key, bytes) -> {
      throw new UncheckedIOException(new IOException("no space left on device"));
    };
  }
}
