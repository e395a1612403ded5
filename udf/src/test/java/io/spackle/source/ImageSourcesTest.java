package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.row.ErrorCode;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSourcesTest {

  private final ImageSource source =
      ImageSources.open(Settings.of(List.of(), List.of()), new Configuration());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://example.com/a.png",
        "gopher://example.com/a.png",
        "jar:file:/a.jar!/a.png",
        "har:///a.har",
        "C:\\a.png",
      })
  void otherSchemesAreInvalid(String location) {
    var fault = Settings.fault(source, location);
    assertThat(fault.code()).isEqualTo(ErrorCode.URL_INVALID);
    assertThat(fault).hasMessageContainingAll("one of [", "file", "hdfs", "https", "s3a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a.png", "../a.png", "example.com/a.png", "?a=b", ":", "1a://b"})
  void incompleteLocationsAreInvalid(String location) {
    assertThat(Settings.code(source, location)).isEqualTo(ErrorCode.URL_INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://bucket/a.png",
        "hdfs:///a.png",
        "gs://bucket/a.png",
        "file:/a.png",
        "/a.png"
      })
  void filesAreForbiddenByDefault(String location) {
    var fault = Settings.fault(source, location);
    assertThat(fault.code()).isEqualTo(ErrorCode.URL_FORBIDDEN);
    assertThat(fault).hasMessageContaining("spackle.fetch.allow-files");
  }

  @Test
  void messagesContainNoSecrets() {
    for (String location :
        List.of(
            "https://user:s3cret@h/a b",
            "https://user:s3/cret@h:99/a",
            "https://user:s3cret@127.0.0.1/a?token=s3cret",
            "ftp://user:s3cret@h/a",
            "https://h/a\n?sig=s3cret")) {
      assertThat(Settings.fault(source, location)).hasMessageNotContainingAny("s3cret", "s3/cret");
    }
  }

  @Test
  void missingFileSystemConnectorIsReportedAtTheStart() {
    var settings = Settings.of(List.of("gs://bucket/a"), List.of());
    assertThatThrownBy(() -> ImageSources.open(settings, new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gs://bucket/a found, but no file system for gs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "https://example.com/data", ""})
  void invalidFolderIsReportedAtTheStart(String entry) {
    var settings = Settings.of(List.of(entry), List.of());
    assertThatThrownBy(() -> ImageSources.open(settings, new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("spackle.fetch.allow-files: ");
  }

  @Test
  void invalidHostIsReportedAtTheStart() {
    var settings = Settings.of(List.of(), List.of("http://intranet"));
    assertThatThrownBy(() -> ImageSources.open(settings, new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("spackle.fetch.allow-private: \"http://intranet\"");
  }
}
