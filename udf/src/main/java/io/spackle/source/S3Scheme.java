package io.spackle.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of S3 in locations. */
public final class S3Scheme {

  /** As other tools, and the file systems before S3A, name it. */
  private static final Pattern OTHER_NAME = Pattern.compile("(?i)s3n?(?=:)");

  private S3Scheme() {}

  /** The location with S3's scheme as Hadoop names it, s3a; locations elsewhere are unchanged. */
  public static String toS3a(String location) {
    Matcher name = OTHER_NAME.matcher(location);
    return name.lookingAt() ? "s3a" + location.substring(name.end()) : location;
  }
}
