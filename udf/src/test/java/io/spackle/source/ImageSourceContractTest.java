package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.net.httpserver.HttpServer;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.sink.FolderStore;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of all sources, over a local folder. */
class ImageSourceContractTest {

  @TempDir Path folder;

  private HttpServer server;

  /** The sources and their locations of a file. */
  enum Kind {
    HTTP("http", "http://192.168.0.1/a.png"),
    FILE("file:", "file:/etc/hostname"),
    PATH("", "/etc/hostname"),
    HADOOP("s3a://bucket", "s3a://other/a.png");

    private final String start;
    private final String forbidden;

    Kind(String start, String forbidden) {
      this.start = start;
      this.forbidden = forbidden;
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Path file = Path.of(exchange.getRequestURI().getPath());
          boolean exists = Files.exists(file);
          if (exists) {
            String etag = "\"%s\"".formatted(Files.getLastModifiedTime(file).toMillis());
            exchange.getResponseHeaders().add("ETag", etag);
          }
          boolean isHead = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(exists ? 200 : 404, isHead ? -1 : 0);
          try (var out = exchange.getResponseBody()) {
            out.write(exists && !isHead ? Files.readAllBytes(file) : new byte[0]);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @EnumSource
  void existingFileIsRead(Kind kind) throws Exception {
    byte[] bytes = {1, 2, 3};
    Files.write(folder.resolve("a.png"), bytes);
    try (ImageSource source = open()) {
      assertThat(source.fetch(location(kind, "a.png"))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "file:", "s3a://bucket"})
  void locationOfASinkCanBeFetched(String start) throws Exception {
    byte[] bytes = {1, 2, 3};
    try (ImageSink sink = ImageSinks.forUri(start + folder + "/my out", configuration());
        ImageSource source = open()) {
      String location = sink.write(new ImageKeys(1).of("ü/100% ?#", 0, "png"), bytes);
      assertThat(source.fetch(location)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fileOfTheMaximumSizeIsRead(Kind kind) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[(int) Settings.MAX_BYTES]);
    try (ImageSource source = open()) {
      assertThat(source.fetch(location(kind, "a.png"))).hasSize((int) Settings.MAX_BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource
  void largerFileIsRefused(Kind kind) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[(int) Settings.MAX_BYTES + 1]);
    checkFault(location(kind, "a.png"), ErrorCode.FETCH_TOO_LARGE);
  }

  @ParameterizedTest
  @EnumSource
  void missingFileIsNotFound(Kind kind) {
    checkFault(location(kind, "b.png"), ErrorCode.FETCH_NOT_FOUND);
  }

  @ParameterizedTest
  @EnumSource
  void theVersionOfAFileIsAnotherOnceItWasReplaced(Kind kind) throws Exception {
    Path file = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
    String location = location(kind, "a.png");
    try (ImageSource source = open()) {
      String version = fetched(source, location);
      assertThat(source.version(location)).contains(version);
      Files.write(file, new byte[] {4, 5, 6});
      Files.setLastModifiedTime(file, FileTime.fromMillis(2_000));
      assertThat(source.version(location).orElseThrow()).isNotEqualTo(version);
      assertThat(fetched(source, location)).isEqualTo(source.version(location).orElseThrow());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMissingFileHasAVersionToo(Kind kind) throws Exception {
    String location = location(kind, "b.png");
    try (ImageSource source = open()) {
      assertThat(source.version(location)).contains(FileVersion.MISSING);
      assertThat(fetched(source, location)).isEqualTo(FileVersion.MISSING);
      assertThat(source.version(kind.forbidden)).as("nothing is known").isEmpty();
    }
  }

  /** A file that is too large stays so until it is replaced. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP")
  void theVersionOfAFileThatIsRefusedIsKnown(Kind kind) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[(int) Settings.MAX_BYTES + 1]);
    try (ImageSource source = open()) {
      String location = location(kind, "a.png");
      assertThat(fetched(source, location)).isEqualTo(source.version(location).orElseThrow());
    }
  }

  /** The version that a fetch tells, whether or not it succeeds. */
  private static String fetched(ImageSource source, String location) throws InterruptedException {
    AtomicReference<String> version = new AtomicReference<>();
    try {
      source.fetch(location, new Fetching(version::set, Fetching.Wait::await));
    } catch (RowException e) {
      assertThat(e.code()).isIn(ErrorCode.FETCH_NOT_FOUND, ErrorCode.FETCH_TOO_LARGE);
    }
    return version.get();
  }

  @ParameterizedTest
  @EnumSource
  void emptyFileIsNotAnImage(Kind kind) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[0]);
    checkFault(location(kind, "a.png"), ErrorCode.IMAGE_UNSUPPORTED);
  }

  @ParameterizedTest
  @EnumSource
  void locationOutsideTheAllowListsIsForbidden(Kind kind) {
    checkFault(kind.forbidden, ErrorCode.URL_FORBIDDEN);
  }

  @ParameterizedTest
  @EnumSource
  void malformedLocationIsInvalid(Kind kind) {
    checkFault(location(kind, "a\r\nb.png"), ErrorCode.URL_INVALID);
    checkFault(location(kind, "a\0b.png"), ErrorCode.URL_INVALID);
    checkFault(location(kind, "a".repeat(8 * 1024)), ErrorCode.URL_INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void existingFilePassesTheCheck(Kind kind) throws Exception {
    Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    try (ImageSource source = open()) {
      assertThatCode(() -> source.check(location(kind, "a.png"))).doesNotThrowAnyException();
    }
  }

  /** Local files are inspected; for others, neither the host nor DNS is queried. */
  @ParameterizedTest
  @EnumSource
  void checkFailsAsTheFetchWould(Kind kind) throws Exception {
    Files.write(folder.resolve("large.png"), new byte[(int) Settings.MAX_BYTES + 1]);
    boolean isLocal = kind == Kind.FILE || kind == Kind.PATH;
    String forbidden = kind == Kind.HTTP ? "http://example.com:22/a.png" : kind.forbidden;
    assertThat(checked(forbidden)).contains(ErrorCode.URL_FORBIDDEN);
    assertThat(checked(location(kind, "a\0b.png"))).contains(ErrorCode.URL_INVALID);
    assertThat(checked(location(kind, "b.png")))
        .isEqualTo(isLocal ? Optional.of(ErrorCode.FETCH_NOT_FOUND) : Optional.empty());
    assertThat(checked(location(kind, "large.png")))
        .isEqualTo(isLocal ? Optional.of(ErrorCode.FETCH_TOO_LARGE) : Optional.empty());
  }

  private static Optional<ErrorCode> checked(ImageSource source, String location) {
    try {
      source.check(location);
      return Optional.empty();
    } catch (RowException e) {
      assertThat(e.getMessage()).isEqualTo(Settings.fault(source, location).getMessage());
      return Optional.of(e.code());
    }
  }

  private Optional<ErrorCode> checked(String location) {
    try (ImageSource source = open()) {
      return checked(source, location);
    }
  }

  private void checkFault(String location, ErrorCode code) {
    try (ImageSource source = open()) {
      RowException fault = Settings.fault(source, location);
      assertThat(fault.code()).isEqualTo(code);
      assertThat(fault.getMessage()).doesNotContain("\n").hasSizeLessThan(500);
    }
  }

  private String location(Kind kind, String name) {
    String start =
        kind == Kind.HTTP ? "http://localhost:" + server.getAddress().getPort() : kind.start;
    return start + folder + "/" + name;
  }

  private static Configuration configuration() {
    var configuration = new Configuration();
    configuration.setClass("fs.s3a.impl", FolderStore.class, FileSystem.class);
    return configuration;
  }

  private ImageSource open() {
    List<String> files = List.of(folder.toString(), "s3a://bucket/");
    return ImageSources.open(Settings.of(files, List.of("localhost")), configuration());
  }
}
