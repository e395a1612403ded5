package io.spackle.jobs.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions on a file system with zones, between which it renames nothing, as HDFS and ViewFs. */
class RunFilesTest {

  @TempDir private java.nio.file.Path meta;
  private RunFiles files;

  @BeforeEach
  void startRun() throws IOException {
    Files.createDirectory(meta.resolve(".spackle-one"));
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.zoned.impl", Zones.class, org.apache.hadoop.fs.FileSystem.class);
    files = RunFiles.ofTask(zoned(meta), "one", hadoop);
  }

  @Test
  void fileIsDeletedOnceNoFenceCanComeInBetween() throws IOException {
    java.nio.file.Path orphan = Files.writeString(meta.resolve("orphan"), "an image");
    assertThat(files.delete(zoned(orphan))).isTrue();
    assertThat(orphan).doesNotExist();
    assertThat(files.delete(zoned(orphan))).as("again").isFalse();
  }

  /** The run could be fenced between its last check and a deletion in place of the rename. */
  @Test
  void fileStaysIfItsRenameFails() throws IOException {
    java.nio.file.Path busy = Files.writeString(meta.resolve("busy"), "an image");
    assertThatThrownBy(() -> files.delete(zoned(busy)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the server is busy");
    assertThat(busy).exists();
  }

  @Test
  void fileOfAnotherZoneIsDeletedInPlace() throws IOException {
    java.nio.file.Path image = Files.createDirectory(meta.resolve("zone")).resolve("image");
    Files.writeString(image, "an image");
    assertThat(files.delete(zoned(image))).isTrue();
    assertThat(image).doesNotExist();
  }

  private static Path zoned(java.nio.file.Path path) {
    return new Path("zoned", "", path.toString());
  }

  /**
   * The local file system, in which each folder "zone" is one, and a file "busy" is not renamed.
   */
  public static final class Zones extends RawLocalFileSystem {

    @Override
    public URI getUri() {
      return URI.create("zoned:///");
    }

    @Override
    protected void checkPath(Path path) {}

    @Override
    public Path getEnclosingRoot(Path path) {
      boolean isInZone = path.getParent().getName().equals("zone");
      return isInZone ? path.getParent() : new Path("/");
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      if (from.getName().equals("busy")) {
        throw new IOException("the server is busy");
      }
      boolean isPossible = getEnclosingRoot(from).equals(getEnclosingRoot(to));
      return isPossible && super.rename(from, to);
    }
  }
}
