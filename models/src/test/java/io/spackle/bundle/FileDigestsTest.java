package io.spackle.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDigestsTest {

  private static final Instant YESTERDAY = Instant.now().minusSeconds(86_400);

  @TempDir private Path folder;

  @Test
  void isThatOfTheContent() throws IOException {
    assertThat(FileDigests.sha256(file("weights", YESTERDAY)))
        .isEqualTo(Digests.sha256("weights"))
        .startsWith("9a129038d9a00aed"); // sha256sum
  }

  @Test
  void fileThatLooksUnchangedIsReadOnce() throws IOException {
    Path file = file("weights", YESTERDAY);
    String digest = FileDigests.sha256(file);
    // Only a test writes to a file and takes its time back.
    file("WEIGHTS", YESTERDAY);
    assertThat(FileDigests.sha256(file)).isEqualTo(digest);
  }

  @Test
  void fileWithAnotherTimeIsReadAgain() throws IOException {
    FileDigests.sha256(file("weights", YESTERDAY));
    Path changed = file("WEIGHTS", YESTERDAY.plusMillis(1));
    assertThat(FileDigests.sha256(changed)).isEqualTo(Digests.sha256("WEIGHTS"));
  }

  @Test
  void fileOfAnotherSizeIsReadAgain() throws IOException {
    FileDigests.sha256(file("weights", YESTERDAY));
    Path changed = file("more weights", YESTERDAY);
    assertThat(FileDigests.sha256(changed)).isEqualTo(Digests.sha256("more weights"));
  }

  @Test
  void fileThatTookThePlaceOfAnotherIsRead() throws IOException {
    Path file = file("weights", YESTERDAY);
    FileDigests.sha256(file);
    Path other = Files.writeString(folder.resolve("other"), "WEIGHTS");
    Files.setLastModifiedTime(other, FileTime.from(YESTERDAY));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(FileDigests.sha256(file)).isEqualTo(Digests.sha256("WEIGHTS"));
  }

  /** Two changes in one step of a file system's clock have the same time. */
  @Test
  void fileThatWasModifiedJustNowIsReadEachTime() throws IOException {
    Instant now = Instant.now();
    FileDigests.sha256(file("weights", now));
    Path changed = file("WEIGHTS", now);
    assertThat(FileDigests.sha256(changed)).isEqualTo(Digests.sha256("WEIGHTS"));
  }

  @Test
  void threadsThatAskAtTheSameTimeGetTheSame() throws IOException {
    Path file = file("weights".repeat(1 << 20), YESTERDAY);
    List<String> digests =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(thread -> FileDigests.sha256(file))
            .collect(Collectors.toList());
    String expected = Digests.sha256("weights".repeat(1 << 20));
    assertThat(digests).isEqualTo(Collections.nCopies(8, expected));
  }

  @Test
  void fileThatIsGoneIsAProblemUntilItIsBack() throws IOException {
    Path file = file("weights", YESTERDAY);
    FileDigests.sha256(file);
    Files.delete(file);
    assertThatThrownBy(() -> FileDigests.sha256(file)).isInstanceOf(UncheckedIOException.class);
    file("WEIGHTS", YESTERDAY.plusSeconds(1));
    assertThat(FileDigests.sha256(file)).isEqualTo(Digests.sha256("WEIGHTS"));
  }

  /** The file, overwritten in place if it exists. */
  private Path file(String content, Instant modified) throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx_data"), content);
    return Files.setLastModifiedTime(file, FileTime.from(modified));
  }
}
