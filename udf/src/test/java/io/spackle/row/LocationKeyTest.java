package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A location that is signed anew stands for the same image. */
class LocationKeyTest {

  private static final String URL = "https://photos.example.com/a%20b.jpg";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Feu%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
            + "&X-Amz-Security-Token=t&X-Amz-Signature=%s",
        "x-amz-signature=%s&X-AMZ-DATE=%s",
        "X%2DAmz%2DSignature=%s",
        "AWSAccessKeyId=AKIA&Signature=%s%3D&Expires=1%s",
        "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=c&X-Goog-Date=d%s&X-Goog-Expires=60"
            + "&X-Goog-SignedHeaders=host&X-Goog-Signature=%s",
        "GoogleAccessId=me%40p.iam&Expires=1%s&Signature=%s",
        "sv=2023-11-03&st=2026-01-0%s&se=2026-01-02&sr=b&sp=r&spr=https&sig=%s",
        "sv=2022&ss=b&srt=o&sp=r&se=2026-0%s&skoid=1&sktid=2&skt=3&ske=4&sks=b&skv=5&sig=%s",
        "Expires=1%s&Signature=%s&Key-Pair-Id=K2",
        "Policy=p%s&Signature=%s&Key-Pair-Id=K2&Hash-Algorithm=SHA256",
      })
  void whatSignsDoesNotCount(String signature) {
    String once = signature.replace("%s", "1");
    String again = signature.replace("%s", "2");
    assertThat(LocationKey.of(URL + "?" + once)).isEqualTo(URL);
    assertThat(LocationKey.of(URL + "?versionId=7&" + again + "&w=64"))
        .isEqualTo(LocationKey.of(URL + "?versionId=7&" + once + "&w=64"))
        .isEqualTo(URL + "?versionId=7&w=64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://a/b.png?id=7&expires=9",
        "https://a/b.png?signature=big&size=4",
        "https://a/b.png?sp=3&se=4&st=5",
        "https://a/b.png?policy=x",
        "https://a/b.png?X-Amz-Date=20260101T000000Z",
        "https://a/b.png?",
        "s3a://bucket/a?b&X-Amz-Signature=1",
        "/photos/a.png?x-amz-signature=1",
        "https://a/b.png#x-amz-signature=1",
        "a.png",
        "",
      })
  void allElseCountsAsItIsWritten(String location) {
    assertThat(LocationKey.of(location)).isEqualTo(location);
  }

  @Test
  void dataUrisCountByTheirContent() {
    String key = LocationKey.of("data:image/png;base64,AP+/");
    assertThat(key).startsWith("sha256:");
    assertThat(LocationKey.of("DATA:image/x-png;name=a;BASE64, AP%2B\n/")).isEqualTo(key);
    assertThat(LocationKey.of("data:;base64,AP-_")).isEqualTo(key);
    assertThat(LocationKey.of("data:image/png,%00%ff%bf")).isEqualTo(key);
    assertThat(LocationKey.of("data:image/png;base64,AP+8")).isNotEqualTo(key);
    assertThat(LocationKey.of("data:image/png;base64,?")).isEqualTo("data:image/png;base64,?");
  }
}
