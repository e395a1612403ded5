package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WebpTest {

  private static final DecodeLimits LIMITS = DecodeLimits.defaults();

  /** libwebp 1.3.2, the first version without the heap overflow CVE-2023-4863. */
  private static final int FIRST_SAFE_VERSION = 0x010302;

  private static final int MOV_EAX = 0xB8;
  private static final int RET = 0xC3;

  /** The function that returns libwebp's version is {@code mov eax, VERSION; ret} on x86-64. */
  @Test
  void theNativeLibraryHasASafeVersion() throws IOException {
    String library = "/native/Linux/x86_64/libwebp-imageio.so";
    byte[] code;
    try (InputStream in = WebPImageReaderSpi.class.getResourceAsStream(library)) {
      code = in.readAllBytes();
    }
    int[] versions =
        IntStream.range(0, code.length - 5)
            .filter(i -> Bytes.u8(code, i) == MOV_EAX && Bytes.u8(code, i + 5) == RET)
            .map(i -> (int) Bytes.u32LittleEndian(code, i + 1))
            .filter(version -> version >> 16 == 1) // 1.x
            .toArray();
    assertThat(versions).isNotEmpty();
    assertThat(Arrays.stream(versions).min().orElse(0)).isGreaterThanOrEqualTo(FIRST_SAFE_VERSION);
  }

  @Test
  void theCanvasOfAnAnimationIsLimitedBeforeItIsDecoded() throws IOException {
    byte[] file = corpusFile("webp/animated-offset-lossy-0.webp");
    assertThat(ImageCodec.pixels(file, LIMITS)).isEqualTo(24 * 20);
    file[26] = 127; // the canvas is 24 + 127 * 65536 pixels wide
    assertThatThrownBy(() -> ImageCodec.decode(file, LIMITS))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.reason()).isEqualTo(ImageException.Reason.TOO_LARGE))
        .hasMessageContaining("8323096 x 20");
  }

  @Test
  void manyThreadsDecodeAtOnce() throws Exception {
    List<byte[]> files =
        List.of(
            ImageCodec.encode(TestImages.gradient(300, 200), ImageFormat.WEBP),
            corpusFile("webp/animated-offset-raw-alpha-0.webp"),
            corpusFile("webp/lossless-alpha.webp"));
    List<RgbImage> expected = files.stream().map(WebpTest::decode).toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<RgbImage>> decoded =
          IntStream.range(0, 300)
              .mapToObj(i -> threads.submit(() -> decode(files.get(i % files.size()))))
              .toList();
      for (int i = 0; i < decoded.size(); i++) {
        assertThat(decoded.get(i).get().pixels())
            .isEqualTo(expected.get(i % files.size()).pixels());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static RgbImage decode(byte[] file) {
    return ImageCodec.decode(file, LIMITS);
  }

  private static byte[] corpusFile(String name) throws IOException {
    return DecoderCorpus.read().file(name);
  }
}
