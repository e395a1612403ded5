package io.spackle.source;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** The registry of image sources by scheme. */
public final class ImageSources {

  private ImageSources() {}

  /**
   * Opens a source for all schemes, to be shared by an executor.
   *
   * @param settings limits and allow lists
   * @param configuration for Hadoop's file systems
   */
  public static ImageSource open(FetchSettings settings, Configuration configuration) {
    var sources = new TreeMap<String, ImageSource>();
    add(sources, new HttpSource(settings), List.of("http", "https"));
    add(sources, new FileSource(settings), List.of("file"));
    add(sources, new DataSource(settings), List.of(DataSource.SCHEME));
    add(sources, new HadoopSource(settings, configuration), HadoopSource.SCHEMES);
    return new Router(sources);
  }

  private static void add(
      Map<String, ImageSource> sources, ImageSource source, List<String> schemes) {
    schemes.forEach(scheme -> sources.put(scheme, source));
  }

  /** Dispatches to a source by the scheme of the location. */
  private record Router(Map<String, ImageSource> sources) implements ImageSource {

    @Override
    public byte[] fetch(String text, Fetching fetching) throws InterruptedException {
      var location = Location.of(text);
      byte[] bytes = source(location).fetch(text, fetching);
      if (bytes.length == 0) {
        throw location.fault(ErrorCode.IMAGE_UNSUPPORTED, "no bytes found, an image expected");
      }
      return bytes;
    }

    @Override
    public Optional<String> version(String text) throws InterruptedException {
      try {
        return source(Location.of(text)).version(text);
      } catch (RowException e) {
        return Optional.empty();
      }
    }

    @Override
    public void check(String text) {
      source(Location.of(text)).check(text);
    }

    @Override
    public void close() {
      new HashSet<>(sources.values()).forEach(ImageSource::close);
    }

    private ImageSource source(Location location) {
      ImageSource source = sources.get(location.scheme());
      if (source == null) {
        throw location.invalid(
            "scheme " + location.scheme() + " found, one of " + sources.keySet() + " expected");
      }
      return source;
    }
  }
}
