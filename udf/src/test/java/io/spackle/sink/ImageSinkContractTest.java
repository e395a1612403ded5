package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of all sinks, over a local folder. */
class ImageSinkContractTest {

  private static final byte[] OLD = {1};
  private static final byte[] NEW = {2, 3};
  private static final String KEY = new ImageKeys(1).of("a/b c", 0, "png");

  @TempDir Path folder;

  /** The sinks, each over a local folder. */
  enum Kind {
    LOCAL {
      @Override
      ImageSink open(Path folder) {
        return new LocalSink(folder);
      }
    },
    HADOOP_RENAMING {
      @Override
      ImageSink open(Path folder) throws IOException {
        var files = new RawLocalFileSystem();
        files.initialize(URI.create("file:///"), new Configuration());
        return new HadoopSink(files, new org.apache.hadoop.fs.Path(folder.toUri().getPath()));
      }
    },
    HADOOP_OBJECT_STORE {
      @Override
      ImageSink open(Path folder) throws IOException {
        var store = new FolderStore();
        store.initialize(FolderStore.URI_OF_STORE, new Configuration());
        return new HadoopSink(store, new org.apache.hadoop.fs.Path("s3a://bucket" + folder));
      }
    };

    abstract ImageSink open(Path folder) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void bytesAreWrittenUnderTheirKey(Kind kind) throws IOException {
    try (ImageSink sink = kind.open(folder.resolve("new/images"))) {
      String location = sink.write(KEY, NEW);
      assertThat(location).endsWith("/new/images/" + KEY);
      assertThat(Files.readAllBytes(folder.resolve("new/images").resolve(KEY))).isEqualTo(NEW);
    }
  }

  @ParameterizedTest
  @EnumSource
  void secondWriteReplacesTheFirst(Kind kind) throws IOException {
    try (ImageSink sink = kind.open(folder)) {
      sink.write(KEY, OLD);
      sink.write(KEY, NEW);
      assertThat(Files.readAllBytes(folder.resolve(KEY))).isEqualTo(NEW);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noOtherFilesAreLeft(Kind kind) throws IOException {
    try (ImageSink sink = kind.open(folder)) {
      sink.write(KEY, OLD);
      sink.write(KEY, NEW);
    }
    assertThat(files()).containsExactly(folder.resolve(KEY));
  }

  @ParameterizedTest
  @EnumSource
  void failedWriteChangesNothing(Kind kind) throws IOException {
    Path existing = Files.createDirectories(folder.resolve(KEY)).resolve("inside");
    Files.write(existing, OLD);
    try (ImageSink sink = kind.open(folder)) {
      assertThatThrownBy(() -> sink.write(KEY, NEW))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot write ")
          .hasMessageContaining(KEY);
    }
    assertThat(files()).containsExactly(existing);
  }

  @ParameterizedTest
  @EnumSource
  void concurrentWritesOfOneKeyAreAtomic(Kind kind) throws Exception {
    var threads = Executors.newFixedThreadPool(4);
    try (ImageSink sink = kind.open(folder)) {
      Callable<String> write = () -> sink.write(KEY, NEW);
      for (var done : threads.invokeAll(List.of(write, write, write, write))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(files()).containsExactly(folder.resolve(KEY));
    assertThat(Files.readAllBytes(folder.resolve(KEY))).isEqualTo(NEW);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
