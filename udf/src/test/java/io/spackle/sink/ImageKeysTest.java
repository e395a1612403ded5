package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageKeysTest {

  @Test
  void keyIsAFolderAndAName() {
    assertThat(new ImageKeys(1).of("cat", 0, "png")).isEqualTo("77/cat-0.png");
    assertThat(new ImageKeys(2).of("cat", 0, "png")).isEqualTo("77/af/cat-0.png");
    assertThat(new ImageKeys(2).ofMask("cat")).isEqualTo("77/af/cat-mask.png");
  }

  /** HDFS allows 1,048,576 entries of a folder. */
  @Test
  void noFolderOfALargeOutputIsFull() {
    assertThat(ImageKeys.forImages(1000)).isEqualTo(new ImageKeys(1));
    for (long images : List.of(10_000_000L, 100_000_000L, 10_000_000_000L)) {
      double folders = Math.pow(256, ImageKeys.forImages(images).levels());
      assertThat(images / folders).as("images of a folder").isLessThan(200_000);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../x", "/abs", "a\\b", ".", "..", "", "a/../b", "\0", "~", "%2e%2e%2f"})
  void noIdLeavesTheFolder(String id) {
    Path key = Path.of(new ImageKeys(1).of(id, 3, "png"));
    assertThat(key.getNameCount()).isEqualTo(2);
    assertThat(key.normalize()).isEqualTo(key).isRelative();
  }

  @Test
  void namesFitFileSystems() {
    String longest = new ImageKeys(1).of("猫".repeat(170), Integer.MAX_VALUE, "jpeg");
    assertThat(Path.of(longest).getFileName().toString().length()).isLessThanOrEqualTo(255);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat", "a b", "ä/../猫", "CON", "x-1", "%41", "~"})
  void ownImagesAreRecognized(String id) {
    assertThat(ImageKeys.isOurs(new ImageKeys(1).of(id, 0, "png"))).isTrue();
    assertThat(ImageKeys.isOurs(new ImageKeys(2).of(id, 0, "png"))).isTrue();
    assertThat(ImageKeys.isOurs(new ImageKeys(1).of(id.repeat(170), 15, "webp"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "78/cat-0.png",
        "77/ae/cat-0.png",
        "77af/cat-0.png",
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
