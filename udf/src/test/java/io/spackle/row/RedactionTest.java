package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "https://example.com/a.png https://example.com/a.png",
        "https://user:secret@example.com/a.png https://***@example.com/a.png",
        "https://user:sec/ret@example.com/a.png https://***@example.com/a.png",
        "https://user:sec?ret@example.com/a.png https://***@example.com/a.png",
        "https://a@b:secret@example.com/a.png https://***@example.com/a.png",
        "https://secret@example.com:8080/a@2x.png https://***@example.com:8080/a@2x.png",
        "https://example.com:8080/pkg@1.2/a.png https://example.com:8080/pkg@1.2/a.png",
        "https://[::1]:80/pkg@1.2/a.png https://[::1]:80/pkg@1.2/a.png",
        "https://h/a?X-Amz-Signature=secret&x=1 https://h/a?X-Amz-Signature=***&x=***",
        "https://h/a?secret https://h/a?***",
        "https://h/a?n=1&secret&m=2 https://h/a?n=***&***&m=***",
        "https://h/a?s=sec=ret https://h/a?s=***",
        "https://h/a#access_token=secret https://h/a#access_token=***",
        "https://h/a?s=x#secret https://h/a?s=***#***",
        "s3a://bucket/a.png s3a://bucket/a.png",
        "/data/what?.png /data/what?.png",
      })
  void secretsAreHidden(String location, String redacted) {
    assertThat(Redaction.redacted(location)).isEqualTo(redacted);
  }

  @Test
  void nullAndEmptyAreUnchanged() {
    assertThat(Redaction.redacted(null)).isNull();
    assertThat(Redaction.redacted("")).isEmpty();
  }

  @Test
  void veryLongLocationsAreNotMatched() {
    assertThat(Redaction.redacted("//:x".repeat(500_000)))
        .isEqualTo("a location of 2000000 characters");
  }

  @Test
  void messagesStayOnOneLine() {
    assertThat(Redaction.value("a\r\nb\0\u202E")).isEqualTo("\"a\\u000d\\u000ab\\u0000\\u202e\"");
    assertThat(Redaction.value("x".repeat(300))).isEqualTo('"' + "x".repeat(200) + "...\"");
    assertThat(Redaction.value(1.5)).isEqualTo("1.5");
  }
}
