package io.spackle.source;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.spackle.row.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content codings, and the error documents of object stores. */
@Timeout(120)
class HttpBodiesTest {

  private static final byte[] BYTES = {1, 2, 3};

  @RegisterExtension
  static final WireMockExtension HOST =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  /** An xz header may demand a dictionary of gigabytes. */
  @ParameterizedTest
  @ValueSource(strings = {"xz", "zstd", "br", "compress", "gzip, BR", "gzip,gzip,gzip,gzip"})
  void otherCompressionsAreRefused(String coding) {
    HOST.stubFor(get("/a").willReturn(ok().withBody(BYTES).withHeader("Content-Encoding", coding)));
    try (var source = source(3)) {
      assertThat(Settings.fault(source, url("/a")))
          .hasMessageContaining("Content-Encoding")
          .extracting("code")
          .isEqualTo(ErrorCode.IMAGE_UNSUPPORTED);
    }
    HOST.verify(1, getRequestedFor(urlEqualTo("/a")));
  }

  /** Object stores keep what users set, such as the charset of a text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "identity",
        "Identity, none",
        "aws-chunked",
        "aws-chunked,",
        "utf-8",
        "binary",
        "base64",
        "image/png",
        "gzip",
        "x-gzip, gzip"
      })
  void codingsThatWereNotAppliedAreIgnored(String coding) throws Exception {
    HOST.stubFor(get("/a").willReturn(ok().withBody(BYTES).withHeader("Content-Encoding", coding)));
    try (var source = source(0)) {
      assertThat(source.fetch(url("/a"))).isEqualTo(BYTES);
    }
  }

  @Test
  void appliedCodingsAreUndoneInTheirOrder() throws Exception {
    stubCoded("/gzip", gzip(BYTES), "GZIP");
    stubCoded("/chunked", gzip(BYTES), "gzip,aws-chunked");
    stubCoded("/lines", gzip(gzip(BYTES)), "gzip", "gzip");
    stubCoded("/repeated", gzip(BYTES), "gzip", "gzip");
    stubCoded("/zlib", deflated(BYTES, false), "deflate");
    stubCoded("/raw", deflated(BYTES, true), "deflate");
    stubCoded("/both", gzip(deflated(BYTES, false)), "deflate, gzip");
    try (var source = source(0)) {
      for (String path :
          List.of("/gzip", "/chunked", "/lines", "/repeated", "/zlib", "/raw", "/both")) {
        assertThat(source.fetch(url(path))).as(path).isEqualTo(BYTES);
      }
    }
  }

  @Test
  void damagedCompressionIsNotRetried() throws Exception {
    byte[] gzip = gzip(new byte[1000]);
    stubCoded("/cut", Arrays.copyOf(gzip, gzip.length - 9), "gzip");
    gzip[10] = 0x7F;
    stubCoded("/flipped", gzip, "gzip");
    stubCoded("/deflate", new byte[] {0x78, (byte) 0x9C, 0x7F}, "deflate");
    try (var source = source(3)) {
      for (String path : List.of("/cut", "/flipped", "/deflate")) {
        assertThat(Settings.fault(source, url(path)))
            .hasMessageContaining("data of the response is damaged")
            .extracting("code")
            .isEqualTo(ErrorCode.IMAGE_CORRUPT);
        HOST.verify(1, getRequestedFor(urlEqualTo(path)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403|<?xml?><Error><Code>AccessDenied</Code><Message>Request has expired</Message><X/>",
        "400|<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message>",
        "403|<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature not valid"
            + " in the specified time frame: Start - Expiry</AuthenticationErrorDetail>",
        "403|<Error><Code>AuthenticationFailed</Code><Message>x</Message><AuthenticationErrorDetail>"
            + "Signed expiry time [Mon] must be after signed start time</AuthenticationErrorDetail>",
      })
  void expiredSignaturesAreNamed(int status, String body) {
    HOST.stubFor(get("/a?sig=s3cret").willReturn(aResponse().withStatus(status).withBody(body)));
    try (var source = source(3)) {
      assertThat(Settings.fault(source, url("/a?sig=s3cret")))
          .hasMessageContaining("the signed URL has expired; sign it for longer than the job takes")
          .hasMessageNotContainingAny("s3cret", "Message", "Error")
          .extracting("code")
          .isEqualTo(ErrorCode.FETCH_DENIED);
    }
    HOST.verify(1, getRequestedFor(urlEqualTo("/a?sig=s3cret")));
  }

  @Test
  void otherRefusalsOfAStoreAreNamed() {
    String body = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>s3cret</StringToSign>";
    HOST.stubFor(get("/a").willReturn(aResponse().withStatus(403).withBody(body)));
    HOST.stubFor(get("/b").willReturn(aResponse().withStatus(403).withBody("<Code>a b</Code>")));
    try (var source = source(0)) {
      assertThat(Settings.fault(source, url("/a")))
          .hasMessageEndingWith("status 403 (SignatureDoesNotMatch) found, 200 expected");
      assertThat(Settings.fault(source, url("/b")))
          .hasMessageEndingWith("status 403 found, 200 expected");
    }
  }

  @Test
  void decodedBytesAreCounted() throws Exception {
    byte[] zeros = new byte[50_000_000];
    stubCoded("/small", gzip(new byte[50]), "gzip");
    stubCoded("/bomb", gzip(zeros), "gzip");
    stubCoded("/deflate", deflated(zeros, false), "deflate");
    stubCoded("/nested", gzip(gzip(zeros)), "gzip, gzip");
    try (var source = source(0)) {
      assertThat(source.fetch(url("/small"))).hasSize(50);
      for (String path : List.of("/bomb", "/deflate", "/nested")) {
        assertThat(Settings.code(source, url(path))).isEqualTo(ErrorCode.FETCH_TOO_LARGE);
      }
    }
  }

  private static void stubCoded(String path, byte[] body, String... codings) {
    HOST.stubFor(get(path).willReturn(ok().withBody(body).withHeader("Content-Encoding", codings)));
  }

  private static byte[] gzip(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] deflated(byte[] content, boolean isRaw) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(bytes, new Deflater(9, isRaw))) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static HttpSource source(int retries) {
    return new HttpSource(Settings.local(Duration.ofSeconds(10), retries, 8));
  }

  private static String url(String path) {
    return "http://localhost:" + HOST.getPort() + path;
  }
}
