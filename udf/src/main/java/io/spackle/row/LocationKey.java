package io.spackle.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a location stands for, however it is signed: URLs without the parameters of a signature,
 * {@code data:} URIs by their content. All else of a location counts as it is written.
 */
final class LocationKey {

  private static final Pattern WEB = Pattern.compile("(?i)https?://[^?#]*\\?.*");

  private static final String PREFIX = "sha256:"; // as of images in the rows themselves

  private static final List<Signature> SIGNATURES =
      List.of(
          new Signature( // AWS, version 4
              Set.of("x-amz-signature"),
              Set.of(
                  "x-amz-algorithm",
                  "x-amz-content-sha256",
                  "x-amz-credential",
                  "x-amz-date",
                  "x-amz-expires",
                  "x-amz-security-token",
                  "x-amz-signedheaders",
                  "x-amz-signature")),
          new Signature( // AWS, version 2
              Set.of("awsaccesskeyid", "signature"),
              Set.of("awsaccesskeyid", "expires", "signature", "x-amz-security-token")),
          new Signature( // Google Cloud Storage, version 4
              Set.of("x-goog-signature"),
              Set.of(
                  "x-goog-algorithm",
                  "x-goog-credential",
                  "x-goog-date",
                  "x-goog-expires",
                  "x-goog-signedheaders",
                  "x-goog-signature")),
          new Signature( // Google Cloud Storage, version 2
              Set.of("googleaccessid", "signature"),
              Set.of("googleaccessid", "expires", "signature")),
          new Signature( // CloudFront
              Set.of("key-pair-id", "signature"),
              Set.of("expires", "hash-algorithm", "key-pair-id", "policy", "signature")),
          new Signature( // Azure: shared access signatures of services, accounts and users
              Set.of("sig", "sv"),
              Set.of(
                  "saoid", "scid", "sdd", "se", "ses", "si", "sig", "sip", "ske", "skoid", "sks",
                  "skt", "sktid", "skv", "sp", "spr", "sr", "srt", "ss", "st", "suoid", "sv")));

  /**
   * A kind of signature in the query of a URL, by parameters in lower case.
   *
   * @param marks those that only such a signature has together
   * @param all those that differ each time that a URL is signed
   */
  private record Signature(Set<String> marks, Set<String> all) {}

  private LocationKey() {}

  /** The part of a location that counts. */
  static String of(String location) {
    if (WEB.matcher(location).matches()) {
      return unsigned(location);
    }
    return DataUri.isOne(location) ? content(location) : location;
  }

  private static String unsigned(String url) {
    int start = url.indexOf('?');
    int fragment = url.indexOf('#');
    String query = url.substring(start + 1, fragment < 0 ? url.length() : fragment);
    List<String> parameters = List.of(query.split("&"));
    Set<String> signing = signing(parameters);
    if (signing.isEmpty()) {
      return url;
    }
    List<String> kept = new ArrayList<>(parameters);
    kept.removeIf(parameter -> signing.contains(name(parameter)));
    return url.substring(0, start)
        + (kept.isEmpty() ? "" : "?" + String.join("&", kept))
        + (fragment < 0 ? "" : url.substring(fragment));
  }

  private static Set<String> signing(List<String> parameters) {
    List<String> names = parameters.stream().map(LocationKey::name).toList();
    Set<String> signing = new TreeSet<>();
    for (Signature signature : SIGNATURES) {
      if (names.containsAll(signature.marks())) {
        signing.addAll(signature.all());
      }
    }
    return signing;
  }

  private static String name(String parameter) {
    String name = parameter.split("=", 2)[0];
    try {
      return URLDecoder.decode(name, UTF_8).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  /** The digest of the content; a URI that cannot be decoded counts as it is written. */
  private static String content(String uri) {
    try {
      return PREFIX + Sha256.hex(DataUri.of(uri).bytes());
    } catch (IllegalArgumentException e) {
      return uri;
    }
  }
}
