package io.spackle.conf;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The includes of one configuration file. Unlike those of the library, each of them must exist, and
 * paths count from the folder of the file, however that was named.
 *
 * <p>{@code include "x"} is a URL, a file or one of the profiles, in this order. A name without an
 * extension may leave out {@code .conf}, {@code .json} or {@code .properties}.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  private static final List<String> EXTENSIONS = List.of("", ".conf", ".json", ".properties");

  private final Path file;
  private final Set<Path> outer;

  /**
   * @param outer the file itself and those that include it, absolute
   */
  private Includes(Path file, Set<Path> outer) {
    this.file = file;
    this.outer = outer;
  }

  /**
   * The content of a file with its includes.
   *
   * @throws RefusedException naming an include that does not exist or goes in a circle, and its
   *     line
   * @throws ConfigException if the file cannot be parsed
   */
  static ConfigObject parsed(Path file) {
    return parsed(file, Set.of());
  }

  private static ConfigObject parsed(Path file, Set<Path> outer) {
    Set<Path> all = new HashSet<>(outer);
    all.add(absolute(file));
    Includes includes = new Includes(file, all);
    return ConfigFactory.parseFile(file.toFile(), strict().setIncluder(includes)).root();
  }

  private static Path absolute(Path file) {
    return file.toAbsolutePath().normalize();
  }

  private ConfigObject included(Path included, String what) {
    if (outer.contains(absolute(included))) {
      throw missing(what, "it includes this file, too");
    }
    return parsed(included, outer);
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (what.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
      return url(what);
    }
    Optional<Path> found = existing(what);
    if (found.isPresent()) {
      return included(found.get(), what);
    }
    return resource(what)
        .orElseThrow(() -> missing(what, "neither beside the file nor among the profiles"));
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    String path = what.getPath();
    return included(existing(path).orElseThrow(() -> missing(path, "no such file")), path);
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    try {
      return ConfigFactory.parseURL(what, strict()).root();
    } catch (ConfigException.IO e) {
      throw missing(what.toString(), e.getMessage());
    }
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    return resource(what).orElseThrow(() -> missing(what, "no such file on the class path"));
  }

  /** The library offers its own includer, which ignores what is missing: not used. */
  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  private ConfigObject url(String what) {
    try {
      return includeURL(null, new URL(what));
    } catch (MalformedURLException e) {
      throw missing(what, e.getMessage());
    }
  }

  /** The file that an include names, with an extension added if needed. */
  private Optional<Path> existing(String what) {
    Path path = file.resolveSibling(HomeFolder.resolved(what));
    return EXTENSIONS.stream()
        .map(extension -> path.resolveSibling(path.getFileName() + extension))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static Optional<ConfigObject> resource(String what) {
    ClassLoader loader = Includes.class.getClassLoader();
    return EXTENSIONS.stream()
        .map(extension -> what + extension)
        .filter(name -> loader.getResource(name) != null)
        .findFirst()
        .map(name -> ConfigFactory.parseResources(loader, name, strict()).root());
  }

  private RefusedException missing(String what, String why) {
    return new RefusedException(
        "include \"%s\" cannot be read: %s (%s)".formatted(what, why, place(what)));
  }

  /** The file and, as the library does not tell it, the first line that has the name. */
  private String place(String what) {
    try (Stream<String> lines = Files.lines(file)) {
      List<String> all = lines.toList();
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).contains("include") && all.get(i).contains(what)) {
          return file + ": " + (i + 1);
        }
      }
    } catch (IOException e) {
      // The file has just been read; without it the place has no line.
    }
    return file.toString();
  }

  private static ConfigParseOptions strict() {
    return ConfigParseOptions.defaults().setAllowMissing(false);
  }
}
