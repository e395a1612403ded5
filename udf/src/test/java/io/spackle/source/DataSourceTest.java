package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spackle.row.ErrorCode;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images within their locations. */
class DataSourceTest {

  /** Four bytes whose Base64 has padding and both letters that differ between the alphabets. */
  private static final byte[] BYTES = {(byte) 0xFB, (byte) 0xFF, (byte) 0xFE, 0};

  private final ImageSource source =
      ImageSources.open(Settings.of(List.of(), List.of()), new Configuration());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data:image/png;base64,+//+AA==",
        "data:;base64,+//+AA==",
        "data:image/png;name=a.png;base64,+//+AA==",
        "DATA:IMAGE/PNG;BASE64,+//+AA==",
        "data:image/png; base64,+//+AA==",
        "data:image/png;base64,+//+AA",
        "data:image/png;base64,+//+AA=",
        "data:image/png;base64,-__-AA",
        "data:image/png;base64,-__-AA%3D%3d",
        "data:image/png;base64,%2B%2F%2f%2BAA",
        "data:image/png;base64, +//+\r\n\tAA = =\n",
        "  data:image/png;base64,+//+AA== \t",
        "data:image/png;base64,+//+AA==#fragment",
        "data:image/png,%FB%ff%FE%00",
        "data:,%FB%FF%FE\0",
      })
  void filesAreDecodedAsBrowsersDo(String location) throws Exception {
    assertThat(source.fetch(location)).isEqualTo(BYTES);
    assertThatCode(() -> source.check(location)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data:image/png;base64",
        "data:",
        "data:image/png;base64,s3cr*t",
        "data:image/png;base64,s3cre",
        "data:image/png;base64,s=cret",
        "data:image/png;base64,s3cr\u00E9t",
      })
  void malformedUrisAreInvalid(String location) {
    assertThat(Settings.fault(source, location))
        .hasMessageContaining("expected")
        .hasMessageNotContainingAny("s3c", "s=c")
        .extracting("code")
        .isEqualTo(ErrorCode.URL_INVALID);
  }

  @Test
  void theSizeOfTheFileIsLimitedNotThatOfTheLocation() throws Exception {
    byte[] largest = new byte[(int) Settings.MAX_BYTES];
    new Random(1).nextBytes(largest);
    assertThat(source.fetch(base64(largest))).isEqualTo(largest);
    String larger = base64(new byte[(int) Settings.MAX_BYTES + 1]);
    assertThat(Settings.fault(source, larger))
        .hasMessageContaining("data:image/png;base64,...(100001 bytes, sha256:")
        .hasMessageContaining("more than 100000 bytes found")
        .extracting("code")
        .isEqualTo(ErrorCode.FETCH_TOO_LARGE);
  }

  @Test
  void anEmptyFileIsNoImage() {
    assertThat(Settings.code(source, "data:image/png;base64,"))
        .isEqualTo(ErrorCode.IMAGE_UNSUPPORTED);
  }

  /** Blanks and separators must not take quadratic time. */
  @Test
  @Timeout(60)
  void longLocationsAreReadInLinearTime() {
    for (String part : List.of(" ", "; ", ";base64", "%", "=", "\t \n")) {
      String location = "data:" + part.repeat(300_000) + ",x" + part.repeat(300_000) + "x";
      assertThat(Settings.code(source, location)).as(part).isNotNull();
    }
  }

  private static String base64(byte[] file) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(file);
  }
}
