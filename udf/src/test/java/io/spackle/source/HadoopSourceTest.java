package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.row.ErrorCode;
import io.spackle.sink.FolderStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HadoopSourceTest {

  @TempDir Path folder;

  @Test
  void prefixesMatchCompleteFolders() throws Exception {
    Files.write(folder.resolve("a.png"), new byte[1]);
    String prefix = "s3a://bucket" + folder;
    assertThat(source(FolderStore.class, prefix).fetch(prefix + "/a.png")).hasSize(1);
    assertThat(source(FolderStore.class, prefix + "/").fetch(prefix + "//a.png")).hasSize(1);
    assertThat(source(FolderStore.class, "S3A://bucket").fetch(prefix + "/a.png")).hasSize(1);
    assertThat(code(prefix, prefix + "2/a.png")).isEqualTo(ErrorCode.URL_FORBIDDEN);
    assertThat(code(prefix, "s3a://bucket2" + folder + "/a.png"))
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
    assertThat(code(prefix, "hdfs://bucket" + folder + "/a.png"))
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @ParameterizedTest
  @CsvSource({"s3,s3", "s3,s3a", "s3a,s3", "s3n,S3N", "S3,s3a", "s3a,s3n"})
  void s3MayBeNamedAsInOtherTools(String allowed, String scheme) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[1]);
    var source = source(FolderStore.class, allowed + "://bucket" + folder);
    assertThat(source.fetch(scheme + "://bucket" + folder + "/a.png")).hasSize(1);
    assertThat(Settings.code(source, scheme + "://bucket2" + folder + "/a.png"))
        .isEqualTo(ErrorCode.URL_FORBIDDEN);
  }

  @Test
  void theSettingThatIsMissingIsNamedWithAnExample() {
    String file = "s3://bucket/photos/a.png";
    String example = "such as spackle.fetch.allow-files = [\"s3a://bucket/photos\"]";
    var nothing = new HadoopSource(Settings.of(List.of(), List.of()), new Configuration());
    assertThat(Settings.fault(nothing, file)).hasMessageEndingWith(example);
    var files = new HadoopSource(Settings.of(List.of("/data"), List.of()), new Configuration());
    assertThat(Settings.fault(files, file)).hasMessageEndingWith(example);
    assertThat(Settings.fault(files, "s3a://bucket"))
        .hasMessageEndingWith("such as spackle.fetch.allow-files = [\"s3a://bucket\"]");
    assertThat(Settings.fault(source(FolderStore.class, "s3://bucket/x"), file))
        .hasMessageEndingWith("one of spackle.fetch.allow-files expected: [s3a://bucket/x]");
  }

  @Test
  void parentFoldersAreRefused() {
    String prefix = "s3a://bucket" + folder;
    assertThat(code(prefix, prefix + "/../a.png")).isEqualTo(ErrorCode.URL_INVALID);
    assertThat(code(prefix, prefix + "/x/..")).isEqualTo(ErrorCode.URL_INVALID);
    assertThat(code(prefix, prefix + "/a..b")).isEqualTo(ErrorCode.FETCH_NOT_FOUND);
  }

  @Test
  void deniedAccessIsReported() {
    var source = source(ClosedStore.class, "s3a://bucket/");
    assertThat(Settings.code(source, "s3a://bucket/hadoop")).isEqualTo(ErrorCode.FETCH_DENIED);
    assertThat(Settings.code(source, "s3a://bucket/unlisted")).isEqualTo(ErrorCode.FETCH_DENIED);
    assertThat(Settings.code(source, "s3a://bucket/nio")).isEqualTo(ErrorCode.FETCH_DENIED);
    assertThat(Settings.code(source, "s3a://bucket/broken")).isEqualTo(ErrorCode.FETCH_UNREACHABLE);
  }

  private static ErrorCode code(String prefix, String location) {
    return Settings.code(source(FolderStore.class, prefix), location);
  }

  private static HadoopSource source(Class<? extends FileSystem> store, String prefix) {
    var configuration = new Configuration();
    configuration.setClass("fs.s3a.impl", store, FileSystem.class);
    configuration.setBoolean("fs.s3a.impl.disable.cache", true);
    return new HadoopSource(Settings.of(List.of(prefix), List.of()), configuration);
  }

  /** Denies all access, with the exceptions of HDFS and of S3A. */
  public static final class ClosedStore extends RawLocalFileSystem {

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      if (path.getName().equals("unlisted")) {
        throw new AccessControlException("no");
      }
      return new FileStatus(1, false, 1, 1, 0, path);
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize)
        throws IOException {
      throw switch (path.getName()) {
        case "hadoop" -> new AccessControlException("no");
        case "nio" -> new java.nio.file.AccessDeniedException("no");
        default -> new IOException("broken");
      };
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path) throws IOException {
      return open(path, 0);
    }
  }
}
