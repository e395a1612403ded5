package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.row.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSourceTest {

  private static final byte[] BYTES = {1, 2};

  @TempDir Path folder;

  private Path root;
  private Path outside;

  @BeforeEach
  void fill() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    outside = Files.write(folder.resolve("secret"), BYTES);
    Files.write(root.resolve("a b%20ü.png"), BYTES);
  }

  @Test
  void urisAreDecodedAndPathsAreNot() throws Exception {
    FileSource source = source(root.toString());
    assertThat(source.fetch(root.resolve("a b%20ü.png").toUri().toString())).isEqualTo(BYTES);
    assertThat(source.fetch("file:" + root + "/a%20b%2520ü.png")).isEqualTo(BYTES);
    assertThat(source.fetch("FILE://localhost" + root + "/a%20b%2520ü.png")).isEqualTo(BYTES);
    assertThat(source.fetch(root + "/a b%20ü.png")).isEqualTo(BYTES);
    assertThat(source.fetch(" file:" + root + "/a b%2520ü.png ")).isEqualTo(BYTES);
    assertThat(Settings.code(source, root + "/a%20b%20ü.png")).isEqualTo(ErrorCode.FETCH_NOT_FOUND);
  }

  @Test
  void rootsMayBeUrisAndLinks() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), root);
    for (String allowed : List.of(root.toUri().toString(), "file:" + root, link.toString())) {
      assertThat(source(allowed).fetch(root + "/a b%20ü.png")).isEqualTo(BYTES);
    }
    assertThat(source(link.toString()).fetch(link + "/a b%20ü.png")).isEqualTo(BYTES);
  }

  @Test
  void linksOutOfTheRootAreRefused() throws IOException {
    Files.createSymbolicLink(root.resolve("link"), outside);
    Files.createSymbolicLink(root.resolve("up"), folder);
    for (String name :
        List.of("link", "up/secret", "../secret", "x/../../secret", "%2e%2e/secret")) {
      assertThat(Settings.code(source(root.toString()), "file:" + root + "/" + name))
          .as(name)
          .isEqualTo(ErrorCode.URL_FORBIDDEN);
    }
  }

  @Test
  void siblingFoldersAreRefused() throws IOException {
    Files.createDirectory(folder.resolve("root2"));
    Files.write(folder.resolve("root2/a"), BYTES);
    assertThat(Settings.code(source(root.toString()), folder + "/root2/a"))
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @Test
  void theSettingThatIsMissingIsNamedWithAnExample() {
    var nothing = new FileSource(Settings.of(List.of(), List.of()));
    for (String file : List.of("/data/photos/a.png", "file:///data/photos/a.png")) {
      assertThat(Settings.fault(nothing, file))
          .hasMessageEndingWith("such as spackle.fetch.allow-files = [\"/data/photos\"]");
    }
  }

  @Test
  void missingFilesOutsideTheRootAreNotRevealed() {
    assertThat(Settings.code(source(root.toString()), folder + "/nothing"))
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self/environ",
        "/proc/cpuinfo",
        "/sys/kernel/notes",
        "/dev/zero",
        "/dev/null",
        "/tmp"
      })
  void onlyRegularFilesAreRead(String path) {
    assertThat(Settings.code(source("/"), path)).isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @Test
  void pipesDoNotBlock() throws Exception {
    String pipe = root + "/pipe";
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    assertThat(Settings.code(source(root.toString()), pipe)).isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file://host/a", "file:a", "file:/a?b", "file:/a#b", "file:/a%00b", "file:"})
  void malformedUrisAreInvalid(String location) {
    assertThat(Settings.code(source("/"), location)).isEqualTo(ErrorCode.URL_INVALID);
  }

  private static FileSource source(String root) {
    return new FileSource(Settings.of(List.of(root), List.of()));
  }
}
