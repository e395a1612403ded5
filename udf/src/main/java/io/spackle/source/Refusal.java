package io.spackle.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the error document of an object store (S3, Google Cloud Storage, Azure, CloudFront) says
 * about a refused request. Only its error code is repeated, since the rest may contain secrets.
 */
record Refusal(String code, boolean isExpired) {

  private static final Set<Integer> STATUSES = Set.of(400, 401, 403);

  private static final Pattern CODE = Pattern.compile("<Code>\\s*([A-Za-z0-9._]{1,64})\\s*</Code>");

  /** S3, Google and Azure, in this order. */
  private static final Pattern EXPIRED =
      Pattern.compile(
          "Request has expired|ExpiredToken|token has expired|"
              + "not valid in the specified time frame|Signed expiry time",
          Pattern.CASE_INSENSITIVE);

  /**
   * @param body the start of the response
   */
  static Refusal of(int status, byte[] body) {
    String text = new String(body, ISO_8859_1);
    Matcher code = CODE.matcher(text);
    return new Refusal(
        code.find() ? code.group(1) : null,
        STATUSES.contains(status) && EXPIRED.matcher(text).find());
  }

  /** For a message, after the status; empty if the body says nothing. */
  String description() {
    if (isExpired) {
      return " ("
          + (code == null ? "" : code + ": ")
          + "the signed URL has expired; sign it for"
          + " longer than the job takes, or give the executors access to the store)";
    }
    return code == null ? "" : " (" + code + ")";
  }
}
