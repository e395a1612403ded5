package io.spackle.codec;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.plugins.jpeg.JPEGQTable;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * JPEG and WebP files of 8-bit images: JPEG by the JDK's writer, with chroma at full resolution,
 * WebP by the native libwebp of a plug-in.
 */
final class LossyWriter {

  private static final String JPEG_METADATA = "javax_imageio_jpeg_image_1.0";

  /** 0 to 1: more takes longer and gives smaller files. */
  private static final float LOSSLESS_EFFORT = 0.5f;

  private static final ImageWriterSpi JPEG = JdkImaging.plugin(ImageWriterSpi.class, "JPEG");

  private LossyWriter() {}

  /**
   * A JPEG file.
   *
   * @param image without alpha
   * @param quality above 0, up to 1; not used with tables
   * @param tables the quantization tables to use, if given
   */
  static byte[] jpeg(OutputImage image, float quality, Optional<JpegTables> tables) {
    return write(
        image,
        JPEG,
        (writer, buffered) -> {
          ImageWriteParam param = writer.getDefaultWriteParam();
          if (tables.isEmpty()) {
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality);
          }
          IIOMetadata metadata =
              writer.getDefaultImageMetadata(
                  ImageTypeSpecifier.createFromRenderedImage(buffered), param);
          configure(metadata, tables);
          writer.write(null, new IIOImage(buffered, null, metadata), param);
        });
  }

  /**
   * A lossy WebP file; alpha is lossless.
   *
   * @param quality above 0, up to 1
   */
  static byte[] webp(OutputImage image, float quality) {
    return webp(image, "Lossy", quality);
  }

  /** A lossless WebP file, also of the colours of transparent pixels. */
  static byte[] losslessWebp(OutputImage image) {
    return webp(image, "Lossless", LOSSLESS_EFFORT);
  }

  private static byte[] webp(OutputImage image, String type, float quality) {
    return write(
        image.inRgb(),
        new WebPImageWriterSpi(),
        (writer, buffered) -> {
          WebPWriteParam param = new WebPWriteParam(Locale.ROOT);
          param.setCompressionType(type);
          param.setCompressionQuality(quality);
          param.setExact(true);
          writer.write(null, new IIOImage(buffered, null, null), param);
        });
  }

  private interface Encoding {
    void write(ImageWriter writer, BufferedImage image) throws IOException;
  }

  private static byte[] write(OutputImage image, ImageWriterSpi plugin, Encoding encoding) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.samples().data().length / 4);
    ImageWriter writer = null;
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer = plugin.createWriterInstance();
      writer.setOutput(out);
      encoding.write(writer, JdkImaging.buffered(image.samples()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // does not occur in memory
    } finally {
      if (writer != null) {
        writer.dispose();
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Sets sampling factors and tables. The JDK halves chroma resolution unless the sampling factors
   * of all components are 1.
   */
  private static void configure(IIOMetadata metadata, Optional<JpegTables> tables)
      throws IIOInvalidTreeException {
    Element root = (Element) metadata.getAsTree(JPEG_METADATA);
    NodeList components = root.getElementsByTagName("componentSpec");
    for (int i = 0; i < components.getLength(); i++) {
      Element component = (Element) components.item(i);
      component.setAttribute("HsamplingFactor", "1");
      component.setAttribute("VsamplingFactor", "1");
    }
    tables.ifPresent(own -> setTables(root.getElementsByTagName("dqtable"), own));
    metadata.setFromTree(JPEG_METADATA, root);
  }

  private static void setTables(NodeList nodes, JpegTables tables) {
    for (int i = 0; i < nodes.getLength(); i++) {
      int[] steps = i == 0 ? tables.luma() : tables.chroma();
      ((IIOMetadataNode) nodes.item(i)).setUserObject(new JPEGQTable(steps));
    }
  }
}
