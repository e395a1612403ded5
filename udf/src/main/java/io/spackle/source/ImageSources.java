package io.spackle.source;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * The sources that exist, each with the schemes that it reads: a new one is a file and a line here.
 */
public final class ImageSources {

  private ImageSources() {}

  /**
   * Opens all sources, one object for a whole executor.
   *
   * @param settings bounds and allow lists
   * @param configuration for Hadoop's file systems
   */
  public static ImageSource open(FetchSettings settings, Configuration configuration) {
    var sources = new HashMap<String, ImageSource>();
    add(sources, new HttpSource(settings), List.of("http", "https"));
    add(sources, new FileSource(settings), List.of("file"));
    add(sources, new HadoopSource(settings, configuration), HadoopSource.SCHEMES);
    return new RoutedSource(sources);
  }

  private static void add(
      Map<String, ImageSource> sources, ImageSource source, List<String> schemes) {
    schemes.forEach(scheme -> sources.put(scheme, source));
  }
}
