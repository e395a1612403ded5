package io.spackle.codec;

import java.util.Iterator;
import java.util.List;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderWriterSpi;

/** The JDK's own ImageIO plug-ins, whatever others are registered beside them. */
final class JdkPlugins {

  private JdkPlugins() {}

  /**
   * The plug-in for a format.
   *
   * @param kind of readers or of writers
   * @param format as the plug-in names it: "PNG"
   * @throws IllegalStateException if this runtime has none
   */
  static <T extends ImageReaderWriterSpi> T find(Class<T> kind, String format) {
    Iterator<T> plugins = IIORegistry.getDefaultInstance().getServiceProviders(kind, true);
    while (plugins.hasNext()) {
      T plugin = plugins.next();
      boolean ofJdk = plugin.getClass().getName().startsWith("com.sun.imageio.");
      if (ofJdk && List.of(plugin.getFormatNames()).contains(format)) {
        return plugin;
      }
    }
    throw new IllegalStateException(
        "this Java runtime has no "
            + kind.getSimpleName()
            + " for "
            + format
            + ": run on one with the whole module java.desktop");
  }
}
