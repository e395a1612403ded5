package io.spackle.codec;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import io.spackle.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** WebP files: lossy, quality 95, through the native libwebp that the plug-in brings. */
final class WebpWriter {

  private static final float QUALITY = 0.95f;

  private WebpWriter() {}

  static byte[] write(RgbImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.pixels().length / 4);
    ImageWriter writer = null;
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer = new WebPImageWriterSpi().createWriterInstance(null);
      WebPWriteParam param = new WebPWriteParam(Locale.ROOT);
      param.setCompressionType("Lossy");
      param.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(AwtImages.of(image), null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    } finally {
      if (writer != null) {
        writer.dispose();
      }
    }
    return bytes.toByteArray();
  }
}
