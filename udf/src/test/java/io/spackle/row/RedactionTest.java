package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** The digest is that of the file abc, as meta rows give it for each input. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data:image/png;base64,YWJj",
        "data:image/png;base64,YW\nJj#x",
        " data:image/png;base64,%59WJj "
      })
  void contentOfLocationsIsNotRepeated(String location) {
    assertThat(Redaction.redacted(location))
        .isEqualTo(
            "data:image/png;base64,...(3 bytes, sha256:"
                + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad)");
  }

  @Test
  void contentThatCannotBeDecodedIsNotRepeatedEither() {
    assertThat(Redaction.redacted("DATA:;base64,?" + "s".repeat(20_000)))
        .isEqualTo("DATA:;base64,...(20014 characters)");
    assertThat(Redaction.redacted("data:" + "s".repeat(20_000)))
        .isEqualTo("data:" + "s".repeat(75) + "...,...(20005 characters)");
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
