package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilePrefixTest {

  @ParameterizedTest
  @CsvSource({
    "cat-1_a.B,cat-1_a.B",
    "../../x,%2E.%2F..%2Fx",
    "/abs,%2Fabs",
    "a\\b,a%5Cb",
    ".,%2E",
    "_hidden,%5Fhidden",
    "猫,%E7%8C%AB",
    "100%,100%25",
    "a~b,a%7Eb",
  })
  void idsAreEncoded(String id, String prefix) {
    assertThat(FilePrefix.of(id)).isEqualTo(prefix);
  }

  @Test
  void longIdsAreTruncatedAndStayDistinct() {
    String prefix = FilePrefix.of("猫".repeat(170));
    assertThat(prefix).hasSize(220).matches("[A-F0-9%]+~[0-9a-f]{32}");
    assertThat(FilePrefix.of("猫".repeat(169))).isNotEqualTo(prefix);
    assertThat(FilePrefix.of(prefix)).isNotEqualTo(prefix);
  }
}
