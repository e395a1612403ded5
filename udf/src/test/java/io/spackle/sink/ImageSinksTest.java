package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSinksTest {

  private final Configuration configuration = new Configuration();

  @Test
  void localLocationsArePlainPaths(@TempDir Path folder) {
    for (String start : new String[] {"", "file:", "file://"}) {
      try (ImageSink sink = ImageSinks.forUri(start + folder + "/my images", configuration)) {
        assertThat(sink).isInstanceOf(LocalSink.class);
        assertThat(sink.write("00/a%2Fb-0.png", new byte[1]))
            .isEqualTo(folder + "/my images/00/a%2Fb-0.png");
      }
    }
  }

  @Test
  void otherFileSystemsUseHadoop(@TempDir Path folder) {
    configuration.setClass("fs.s3a.impl", FolderStore.class, org.apache.hadoop.fs.FileSystem.class);
    String bucket = "s3a://bucket" + folder;
    try (ImageSink sink = ImageSinks.forUri(bucket, configuration)) {
      assertThat(sink.write("00/a%2Fb-0.png", new byte[1])).isEqualTo(bucket + "/00/a%2Fb-0.png");
    }
  }

  @Test
  void pathWithoutSchemeIsOnTheDefaultFileSystem(@TempDir Path folder) {
    configuration.setClass("fs.s3a.impl", FolderStore.class, org.apache.hadoop.fs.FileSystem.class);
    configuration.set("fs.defaultFS", "s3a://bucket");
    try (ImageSink sink = ImageSinks.forUri(folder.toString(), configuration)) {
      assertThat(sink.write("00/a-0.png", new byte[1]))
          .isEqualTo("s3a://bucket" + folder + "/00/a-0.png");
    }
  }

  @Test
  void unknownFileSystemsAreRefused() {
    assertThatThrownBy(() -> ImageSinks.forUri("nowhere://x/y", configuration))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("nowhere://x/y");
  }
}
