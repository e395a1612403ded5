package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {

  @Test
  void pageMatchesTheReference() throws IOException {
    assertThat(ConfigurationPage.FILE)
        .as("docs/configuration.md, which ConfigurationPage writes")
        .hasContent(ConfigurationPage.text());
  }
}
