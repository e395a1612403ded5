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
import java.util.List;
import java.util.Optional;
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
          exchange.sendResponseHeaders(exists ? 200 : 404, 0);
          try (var out = exchange.getResponseBody()) {
            out.write(exists ? Files.readAllBytes(file) : new byte[0]);
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
      String location = sink.write(ImageKeys.of("ü/100% ?#", 0, "png"), bytes);
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
