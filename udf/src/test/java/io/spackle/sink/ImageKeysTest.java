package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageKeysTest {

  @Test
  void aKeyIsAFolderAndAName() {
    assertThat(ImageKeys.of("cat", 0, "png")).isEqualTo("77/cat-0.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../x", "/abs", "a\\b", ".", "..", "", "a/../b", "\0", "~", "%2e%2e%2f"})
  void noIdLeavesTheFolder(String id) {
    Path key = Path.of(ImageKeys.of(id, 3, "png"));
    assertThat(key.getNameCount()).isEqualTo(2);
    assertThat(key.normalize()).isEqualTo(key).isRelative();
  }

  @Test
  void namesFitFileSystems() {
    String longest = ImageKeys.of("猫".repeat(170), Integer.MAX_VALUE, "jpeg");
    assertThat(Path.of(longest).getFileName().toString().length()).isLessThanOrEqualTo(255);
  }
}
