package io.spackle.codec;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * JPEG and lossy WebP files: JPEG by the JDK's writer, with chroma at full resolution, WebP by the
 * native libwebp of a plug-in.
 */
final class LossyWriter {

  private static final String JPEG_METADATA = "javax_imageio_jpeg_image_1.0";

  private static final ImageWriterSpi JPEG = JdkImaging.plugin(ImageWriterSpi.class, "JPEG");

  private LossyWriter() {}

  /**
   * A JPEG file.
   *
   * @param quality above 0, up to 1
   */
  static byte[] jpeg(RgbImage image, float quality) {
    return write(
        image,
        JPEG,
        (writer, buffered) -> {
          ImageWriteParam param = writer.getDefaultWriteParam();
          param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
          param.setCompressionQuality(quality);
          IIOMetadata metadata =
              writer.getDefaultImageMetadata(
                  ImageTypeSpecifier.createFromRenderedImage(buffered), param);
          keepChroma(metadata);
          writer.write(null, new IIOImage(buffered, null, metadata), param);
        });
  }

  /**
   * A lossy WebP file.
   *
   * @param quality above 0, up to 1
   */
  static byte[] webp(RgbImage image, float quality) {
    return write(
        image,
        new WebPImageWriterSpi(),
        (writer, buffered) -> {
          WebPWriteParam param = new WebPWriteParam(Locale.ROOT);
          param.setCompressionType("Lossy");
          param.setCompressionQuality(quality);
          writer.write(null, new IIOImage(buffered, null, null), param);
        });
  }

  private interface Encoding {
    void write(ImageWriter writer, BufferedImage image) throws IOException;
  }

  private static byte[] write(RgbImage image, ImageWriterSpi plugin, Encoding encoding) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.pixels().length / 4);
    ImageWriter writer = null;
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer = plugin.createWriterInstance();
      writer.setOutput(out);
      encoding.write(writer, JdkImaging.buffered(image));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // does not occur in memory
    } finally {
      if (writer != null) {
        writer.dispose();
      }
    }
    return bytes.toByteArray();
  }

  /** The JDK halves chroma resolution unless the sampling factors of all components are 1. */
  private static void keepChroma(IIOMetadata metadata) throws IIOInvalidTreeException {
    Element root = (Element) metadata.getAsTree(JPEG_METADATA);
    NodeList components = root.getElementsByTagName("componentSpec");
    for (int i = 0; i < components.getLength(); i++) {
      Element component = (Element) components.item(i);
      component.setAttribute("HsamplingFactor", "1");
      component.setAttribute("VsamplingFactor", "1");
    }
    metadata.setFromTree(JPEG_METADATA, root);
  }
}
