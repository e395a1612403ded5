package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageKeysTest {

  @Test
  void keyIsAFolderAndAName() {
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

  @ParameterizedTest
  @ValueSource(strings = {"cat", "a b", "ä/../猫", "CON", "x-1", "%41", "~"})
  void ownImagesAreRecognized(String id) {
    assertThat(ImageKeys.isOurs(ImageKeys.of(id, 0, "png"))).isTrue();
    assertThat(ImageKeys.isOurs(ImageKeys.of(id.repeat(170), 15, "webp"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "78/cat-0.png",
        "77/cat.png",
        "77/cat-0.txt",
        "77/notes.txt",
        "77/cat-0.png.bak",
        "77/.tmp"
      })
  void otherFilesAreNotRecognized(String path) {
    assertThat(ImageKeys.isOurs(path)).isFalse();
  }

  @Test
  void temporaryFilesAreRecognized() {
    assertThat(ImageKeys.isOurs("77/." + UUID.randomUUID() + ".tmp")).isTrue();
    assertThat(ImageKeys.isOurs("77/._" + UUID.randomUUID() + ".tmp")).isTrue();
  }
}
