package io.spackle.jobs.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What giving a finished file its name does, on every kind of file system. */
class AtomicFilesTest {

  private static final S3Server SERVER = S3Server.ofTests();

  @TempDir java.nio.file.Path local;

  /** The ways, each over a folder of its own. */
  enum Kind {
    LOCAL {
      @Override
      Path folder(java.nio.file.Path local) {
        return new Path(local.toUri());
      }
    },
    CONDITIONAL_PUT {
      @Override
      Path folder(java.nio.file.Path local) {
        return new Path("s3a://conditional/" + local.getFileName());
      }
    },
    PUT {
      @Override
      Path folder(java.nio.file.Path local) {
        return new Path("s3a://plain/" + local.getFileName());
      }
    };

    abstract Path folder(java.nio.file.Path local);
  }

  @BeforeAll
  static void makeBuckets() throws IOException {
    SERVER.bucket("conditional");
    SERVER.bucket("plain");
  }

  @ParameterizedTest
  @EnumSource
  void publishingRenamesTheFile(Kind kind) throws IOException {
    Path name = name(kind);
    publish(kind, "rows", name);
    assertThat(content(name)).isEqualTo("rows");
    assertThat(names(kind)).containsExactly(name.getName());
  }

  @ParameterizedTest
  @EnumSource
  void firstPublicationWins(Kind kind) throws IOException {
    Path name = name(kind);
    publish(kind, "first", name);
    publish(kind, "second", name);
    assertThat(content(name)).isEqualTo("first");
    assertThat(names(kind)).containsExactly(name.getName());
  }

  /** All have written before the first is published, as attempts that run at a time have. */
  @ParameterizedTest
  @EnumSource(names = "CONDITIONAL_PUT")
  void oneOfManyConcurrentPublicationsWinsAndNoneFails(Kind kind) throws Exception {
    Path name = name(kind);
    List<Path> staged = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      staged.add(stage(kind, "attempt " + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Callable<String>> attempts =
        IntStream.range(0, 8)
            .<Callable<String>>mapToObj(i -> () -> publishAndRead(kind, staged.get(i), name))
            .toList();
    List<String> seen = new ArrayList<>();
    for (Future<String> attempt : threads.invokeAll(attempts)) {
      seen.add(attempt.get());
    }
    threads.shutdown();
    assertThat(seen).containsOnly(content(name)).first().asString().startsWith("attempt ");
  }

  @ParameterizedTest
  @EnumSource
  void publishingAMissingFileFails(Kind kind) {
    assertThatThrownBy(
            () -> files(kind).publish(new Path(staging(kind), "none.parquet"), name(kind)))
        .isInstanceOf(IOException.class);
    assertThat(names(kind)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void replacingOverwritesTheFile(Kind kind) throws IOException {
    Path name = name(kind);
    publish(kind, "first", name);
    files(kind).replace(stage(kind, "second"), name);
    assertThat(content(name)).isEqualTo("second");
    assertThat(names(kind)).containsExactly(name.getName());
  }

  private String publishAndRead(Kind kind, Path staged, Path name) throws IOException {
    files(kind).publish(staged, name);
    return content(name);
  }

  private void publish(Kind kind, String content, Path name) throws IOException {
    files(kind).publish(stage(kind, content), name);
  }

  private Path stage(Kind kind, String content) throws IOException {
    Path file = new Path(staging(kind), "rows.parquet");
    try (OutputStream out = fileSystem(file).create(file)) {
      out.write(content.getBytes(UTF_8));
    }
    return file;
  }

  private Path staging(Kind kind) {
    return new Path(kind.folder(local), ".hidden/" + System.nanoTime());
  }

  private Path name(Kind kind) {
    return new Path(kind.folder(local), "run-000007.parquet");
  }

  private AtomicFiles files(Kind kind) throws IOException {
    return AtomicFiles.of(kind.folder(local), hadoop());
  }

  private static String content(Path path) throws IOException {
    try (InputStream in = fileSystem(path).open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** All that readers see. */
  private List<String> names(Kind kind) {
    try {
      FileStatus[] found =
          fileSystem(kind.folder(local)).globStatus(new Path(kind.folder(local), "*.parquet"));
      return Arrays.stream(found == null ? new FileStatus[0] : found)
          .map(status -> status.getPath().getName())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileSystem fileSystem(Path path) {
    try {
      return AtomicFiles.of(path, hadoop()).system();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Configuration hadoop() {
    Configuration hadoop = SERVER.configuration();
    hadoop.setBoolean("fs.s3a.bucket.plain.create.conditional.enabled", false);
    return hadoop;
  }
}
