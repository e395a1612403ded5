package io.spackle.codec;

import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** JPEG files with chroma at full resolution, through the JDK's writer. */
final class JpegWriter {

  private static final String TREE = "javax_imageio_jpeg_image_1.0";

  private static final ImageWriterSpi PLUGIN = JdkPlugins.find(ImageWriterSpi.class, "JPEG");

  private JpegWriter() {}

  /**
   * @param quality above 0, up to 1
   */
  static byte[] write(RgbImage image, float quality) {
    BufferedImage picture = AwtImages.of(image);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.pixels().length / 4);
    ImageWriter writer = null;
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer = PLUGIN.createWriterInstance();
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality);
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              ImageTypeSpecifier.createFromRenderedImage(picture), param);
      keepChroma(metadata);
      writer.setOutput(out);
      writer.write(null, new IIOImage(picture, null, metadata), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    } finally {
      if (writer != null) {
        writer.dispose();
      }
    }
    return bytes.toByteArray();
  }

  /** The JDK halves chroma resolution unless every component's sampling factor is 1. */
  private static void keepChroma(IIOMetadata metadata) throws IIOInvalidTreeException {
    Element root = (Element) metadata.getAsTree(TREE);
    NodeList components = root.getElementsByTagName("componentSpec");
    for (int i = 0; i < components.getLength(); i++) {
      Element component = (Element) components.item(i);
      component.setAttribute("HsamplingFactor", "1");
      component.setAttribute("VsamplingFactor", "1");
    }
    metadata.setFromTree(TREE, root);
  }
}
