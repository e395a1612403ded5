package io.spackle.jobs.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.jobs.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Creating and replacing files on every kind of file system. */
class AtomicFilesTest {

  private static final S3Server SERVER = S3Server.ofTests();

  @TempDir java.nio.file.Path local;

  /** The kinds of file systems, each with a folder for the test. */
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
  void fileAppearsUnderItsName(Kind kind) throws IOException {
    assertThat(create(kind, "rows")).isTrue();
    assertThat(content(name(kind))).isEqualTo("rows");
    assertThat(names(kind)).containsExactly(name(kind).getName());
    assertThat(staged(kind)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void firstOfSeveralAttemptsWins(Kind kind) throws IOException {
    assertThat(create(kind, "first")).isTrue();
    assertThat(create(kind, "second")).isFalse();
    assertThat(create(kind, "first")).as("a request whose answer was lost").isTrue();
    assertThat(content(name(kind))).isEqualTo("first");
    assertThat(names(kind)).containsExactly(name(kind).getName());
    assertThat(staged(kind)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = "PUT", mode = EnumSource.Mode.EXCLUDE)
  void oneOfManyConcurrentAttemptsWinsAndNoneFails(Kind kind) throws Exception {
    assertThat(files(kind).createsExclusively(kind.folder(local))).isTrue();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Callable<Boolean>> attempts =
        IntStream.range(0, 8)
            .<Callable<Boolean>>mapToObj(i -> () -> create(kind, "attempt " + i))
            .toList();
    int winners = 0;
    for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
      winners += attempt.get() ? 1 : 0;
    }
    threads.shutdown();
    assertThat(winners).isOne();
    assertThat(content(name(kind))).startsWith("attempt ");
  }

  /** What is published is published: to compute the rows again would not help. */
  @Test
  void failingDeletionOfTheStagedFileIsNoFailure() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", ReadOnlyNames.class, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    AtomicFiles files = AtomicFiles.of(Kind.LOCAL.folder(local), hadoop);
    Path name = name(Kind.LOCAL);
    assertThat(files.create(name, "rows".getBytes(UTF_8), staging(Kind.LOCAL))).isTrue();
    assertThat(content(name)).isEqualTo("rows");
    assertThat(staged(Kind.LOCAL)).as("until the folder of the run is deleted").hasSize(1);
  }

  /** A file system that deletes nothing. */
  public static final class ReadOnlyNames extends RawLocalFileSystem {
    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
      throw new IOException("the server is busy");
    }
  }

  @Test
  void storeWithoutConditionalRequestsCannotDecide() throws IOException {
    assertThat(files(Kind.PUT).createsExclusively(Kind.PUT.folder(local))).isFalse();
  }

  /** The folder of a run that was taken over is gone. */
  @Test
  void withoutItsStagingFolderNothingChanges() throws IOException {
    Path gone = new Path(Kind.LOCAL.folder(local), "gone");
    AtomicFiles files = files(Kind.LOCAL);
    byte[] rows = "rows".getBytes(UTF_8);
    create(Kind.LOCAL, "first");
    Path other = new Path(Kind.LOCAL.folder(local), "other.parquet");
    assertThatThrownBy(() -> files.create(other, rows, gone)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.write(name(Kind.LOCAL), rows, gone))
        .isInstanceOf(IOException.class);
    assertThat(names(Kind.LOCAL)).containsExactly(name(Kind.LOCAL).getName());
    assertThat(content(name(Kind.LOCAL))).isEqualTo("first");
  }

  @ParameterizedTest
  @EnumSource
  void replacingOverwritesTheFile(Kind kind) throws IOException {
    create(kind, "first");
    replace(kind, files(kind).version(name(kind)), "second");
    assertThat(content(name(kind))).isEqualTo("second");
    assertThat(names(kind)).containsExactly(name(kind).getName());
    assertThat(staged(kind)).isEmpty();
  }

  /** Another run may have taken over and replaced the file, too. */
  @Test
  void objectThatHasChangedIsNotReplaced() throws IOException {
    Kind kind = Kind.CONDITIONAL_PUT;
    create(kind, "first");
    AtomicFiles.Version seen = files(kind).version(name(kind));
    replace(kind, seen, "by the next run");
    assertThatThrownBy(() -> replace(kind, seen, "late")).isInstanceOf(IOException.class);
    assertThat(content(name(kind))).isEqualTo("by the next run");
    assertThatThrownBy(() -> replace(kind, seen, "by the next run"))
        .as("whoever replaces a file by an equal one needs its new time")
        .isInstanceOf(IOException.class);
  }

  private boolean create(Kind kind, String content) throws IOException {
    return files(kind).create(name(kind), content.getBytes(UTF_8), staging(kind));
  }

  private void replace(Kind kind, AtomicFiles.Version expected, String content) throws IOException {
    files(kind).replace(name(kind), expected, content.getBytes(UTF_8), staging(kind));
  }

  private Path staging(Kind kind) throws IOException {
    Path folder = new Path(kind.folder(local), ".hidden");
    fileSystem(folder).mkdirs(folder);
    return folder;
  }

  private List<String> staged(Kind kind) throws IOException {
    return Arrays.stream(fileSystem(staging(kind)).listStatus(staging(kind)))
        .map(status -> status.getPath().getName())
        .toList();
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

  /** The names of the files that readers see. */
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
