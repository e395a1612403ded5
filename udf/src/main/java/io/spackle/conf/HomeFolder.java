package io.spackle.conf;

import java.nio.file.Path;

/** The home folder of the user, which shells write as {@code ~}. */
public final class HomeFolder {

  private static final String MARK = "~";

  private HomeFolder() {}

  /** A path with a leading {@code ~/} resolved; all other paths and URIs are unchanged. */
  public static String resolved(String path) {
    boolean isBelow = path.equals(MARK) || path.startsWith(MARK + "/");
    return isBelow ? System.getProperty("user.home") + path.substring(MARK.length()) : path;
  }

  /** A path of the command line: shells leave {@code --model=~/sd15} as it is. */
  public static Path path(String path) {
    return Path.of(resolved(path));
  }
}
