package io.spackle.jobs;

import static io.spackle.row.ErrorCode.FETCH_DENIED;
import static io.spackle.row.ErrorCode.FETCH_HOST_DOWN;
import static io.spackle.row.ErrorCode.FETCH_NOT_FOUND;
import static io.spackle.row.ErrorCode.FETCH_REDIRECTS;
import static io.spackle.row.ErrorCode.FETCH_STATUS;
import static io.spackle.row.ErrorCode.FETCH_TIMEOUT;
import static io.spackle.row.ErrorCode.FETCH_TLS;
import static io.spackle.row.ErrorCode.FETCH_TOO_LARGE;
import static io.spackle.row.ErrorCode.FETCH_UNREACHABLE;
import static io.spackle.row.ErrorCode.IMAGE_UNSUPPORTED;
import static io.spackle.row.ErrorCode.ROW_INVALID;
import static io.spackle.row.ErrorCode.URL_FORBIDDEN;
import static io.spackle.row.ErrorCode.URL_INVALID;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Locations and fetches: numbers 16 to 40 of the list of bad inputs.
 *
 * <p>The hosts are addresses of the loopback network, allowed by name.
 */
class BadFetchesTest {

  /** An address where nothing listens. */
  private static final String DEAD = "127.0.0.2";

  /** An address whose connections are counted. */
  private static final String POLITE = "127.0.0.3";

  /** An address for broken connections, which must not count as failures of other hosts. */
  private static final String BROKEN = "127.0.0.4";

  /** An address that answers with Retry-After: 1, which holds for all its requests. */
  private static final String BUSY = "127.0.0.5";

  /** An address that answers with a Retry-After of more than a day. */
  private static final String PATIENT = "127.0.0.6";

  private static final int ROWS_BEHIND_THE_DEAD_HOST = 40;

  @TempDir static Path folder;

  private static FaultyServer host;

  /** A server that does not speak TLS. */
  private static ServerSocket untrusted;

  private static JobRows rows;
  private static JobRows allowed;

  @BeforeAll
  static void fetchAllThatIsBad() throws Exception {
    host = new FaultyServer();
    untrusted = new ServerSocket(0);
    Thread plain = new Thread(BadFetchesTest::answerPlainly);
    plain.setDaemon(true);
    plain.start();
    rows = new JobRows(folder.resolve("rows"));
    byte[] image = Files.readAllBytes(rows.file("photo.png"));
    addLocations();
    addFiles();
    addAnswers(image);
    addHosts(image);
    rows.run(
        """
        spackle.fetch {
          timeout = 3s, max-bytes = 1MiB, retries = 2, per-host = 2
          allow-files = ["%s", "/dev", "/proc"]
          allow-private = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"]
        }
        """
            .formatted(folder.resolve("rows")));
    allowed = new JobRows(folder.resolve("allowed"));
    allowed.row("b28", "init_image", "http://\u0430pple.example/a.png");
    allowed.row("b28 full width", "init_image", "http://\uFF41pple.example:22/a.png");
    allowed.row("b38", "init_image", "s3a://other/a.png");
    allowed.run("spackle.fetch.allow-hosts = [apple.example]");
  }

  @AfterAll
  static void close() throws IOException {
    host.close();
    untrusted.close();
  }

  private static void answerPlainly() {
    while (!untrusted.isClosed()) {
      try (Socket client = untrusted.accept()) {
        if (client.getInputStream().read() >= 0) {
          client.getOutputStream().write("no TLS here\r\n".getBytes(US_ASCII));
          client.getInputStream().readAllBytes(); // until the client has closed the connection
        }
      } catch (IOException e) {
        continue; // the client or the test has ended
      }
    }
  }

  private static void addLocations() {
    init("b16 empty", "");
    init("b16 blank", " ");
    init("b16 relative", "photos/a.png");
    for (String url : List.of("ftp://h/a", "gopher://h/a", "jar:file:/a.jar!/b", "blob:x")) {
      init("b17 " + url, url);
    }
    for (String name :
        List.of("127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]")) {
      init("b19 " + name, "http://" + name + "/image");
    }
    for (String name :
        List.of("169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "168.63.129.16")) {
      init("b20 " + name, "http://" + name + "/latest/meta-data/");
    }
    for (String name :
        List.of("100.64.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:1::8a2e]")) {
      init("b21 " + name, "http://" + name + "/");
    }
    init("b22", "http://localhost/image");
    init("b26 line break", "http://127.0.0.1/a\r\nHost: b");
    init("b26 nul", "http://127.0.0.1/\0");
    init("b27 22", "http://example.com:22/");
    init("b27 6379", "http://example.com:6379/");
    init("b29", host.url("/" + "x".repeat(8 * 1024)));
    init("b30 unknown", "http://nobody.invalid/a.png");
  }

  private static void addFiles() throws Exception {
    Path outside = Files.createFile(folder.resolve("outside.png"));
    Files.createSymbolicLink(rows.file("link.png"), outside);
    assertThat(new ProcessBuilder("mkfifo", rows.file("pipe").toString()).start().waitFor())
        .isZero();
    init("b18 outside", "file:" + outside);
    init("b18 dots", rows.file("photo.png") + "/../../outside.png");
    init("b18 link", rows.file("link.png").toString());
    init("b18 proc", "file:/proc/self/environ");
    init("b18 pipe", rows.file("pipe").toString());
    init("b18 device", "/dev/zero");
  }

  private static void addAnswers(byte[] image) throws IOException {
    host.on("/image", 200, image);
    for (String next :
        List.of("http://localhost:80/", "http://10.0.0.1/", "file:/etc/passwd", "http://h:22/")) {
      host.on("/to/" + next.replace("/", ""), 302, new byte[0], "Location", next);
      init("b23 " + next, host.url("/to/" + next.replace("/", "")));
    }
    host.on("/loop", 302, new byte[0], "Location", "/loop");
    for (int hop = 0; hop < 6; hop++) {
      String next = hop == 5 ? "/image" : "/hop" + (hop + 1);
      host.on("/hop" + hop, 302, new byte[0], "Location", next);
    }
    init("b24 loop", host.url("/loop"));
    init("b24 five", host.url("/hop1"));
    init("b24 six", host.url("/hop0"));
    host.on("/private", 200, image);
    init("b25", host.url("/private?sig=s3cr3t").replace("http://", "http://anna:p4ssw0rd@"));
    host.on("/404", 404, new byte[0]).on("/410", 410, new byte[0]).on("/403", 403, new byte[0]);
    init("b31 404", host.url("/404"));
    init("b31 410", host.url("/410"));
    init("b31 403", host.url("/403"));
    host.once("/429", 429, image, "Retry-After", "1");
    host.once("/503", 503, image, "Retry-After", "1");
    host.on("/patient", 503, new byte[0], "Retry-After", "100000");
    init("b31 429", host.url(BUSY, "/429"));
    init("b31 503", host.url(BUSY, "/503"));
    init("b31 patient", host.url(PATIENT, "/patient"));
    host.slow("/slow").cutOff("/cut-off", image).endless("/endless").bomb("/bomb");
    init("b32", host.url(BROKEN, "/slow"));
    init("b33 cut off", host.url(BROKEN, "/cut-off"));
    init("b33 endless", host.url(BROKEN, "/endless"));
    init("b34", host.url(BROKEN, "/bomb"));
    host.on("/html", 200, FaultyServer.bytes("<!doctype html><p>Not here"));
    host.on("/text", 200, image, "Content-Type", "text/plain");
    host.on("/empty", 200, new byte[0]);
    init("b35", host.url("/html"));
    init("b36", host.url("/text"));
    init("b37", host.url("/empty"));
  }

  private static void addHosts(byte[] image) throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    init("b30 refused", "http://" + BROKEN + ":" + closed + "/");
    init("b30 tls", "https://" + BROKEN + ":" + untrusted.getLocalPort() + "/");
    init("b38", "s3a://bucket/a.png");
    for (int i = 0; i < ROWS_BEHIND_THE_DEAD_HOST; i++) {
      init("b39 " + i, "http://" + DEAD + ":" + closed + "/" + i);
    }
    host.image("/polite", image, 50);
    for (int i = 0; i < 12; i++) {
      init("b40 " + i, host.url(POLITE, "/polite"));
    }
  }

  private static void init(String id, String location) {
    rows.row(id, "init_image", location);
  }

  @Test
  void b16_emptyAndRelativeLocations_fail() {
    rows.isFailed("b16 empty", ROW_INVALID, "init_image: a blank text found");
    rows.isFailed("b16 blank", ROW_INVALID, "init_image: a blank text found");
    rows.isFailed("b16 relative", URL_INVALID, "a complete URL or an absolute path expected");
  }

  @Test
  void b17_otherSchemes_fail() {
    for (String url : List.of("ftp://h/a", "gopher://h/a", "jar:file:/a.jar!/b", "blob:x")) {
      rows.isFailed("b17 " + url, URL_INVALID, "scheme " + url.replaceFirst(":.*", ""));
    }
  }

  @Test
  void b18_filesOutsideAnAllowedFolder_linksPipesAndDevices_fail() {
    for (String id : List.of("outside", "dots", "link", "proc")) {
      rows.isFailed("b18 " + id, URL_FORBIDDEN, "spackle.fetch.allow-files expected");
    }
    rows.isFailed("b18 pipe", URL_FORBIDDEN, "not a regular file");
    rows.isFailed("b18 device", URL_FORBIDDEN, "not a regular file");
  }

  @Test
  void b19_unusualSpellingsOfLoopback_fail() {
    for (String name : List.of("127.1", "2130706433", "0x7f.1", "0177.0.0.1")) {
      rows.isFailed("b19 " + name, URL_INVALID, "an address in an unusual notation");
    }
    rows.isFailed("b19 [::ffff:127.0.0.1]", URL_FORBIDDEN, "127.0.0.1 found, a public one");
  }

  @Test
  void b20_linkLocalAndMetadataAddresses_fail() {
    for (String name :
        List.of("169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "168.63.129.16")) {
      rows.isFailed("b20 " + name, URL_FORBIDDEN, "a public one expected");
    }
  }

  @Test
  void b21_embeddedPrivateAddresses_fail() {
    for (String name :
        List.of("100.64.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:1::8a2e]")) {
      rows.isFailed("b21 " + name, URL_FORBIDDEN, "a public one expected");
    }
  }

  /** The addresses that the client resolves the name to are checked. */
  @Test
  void b22_nameThatResolvesToAPrivateAddress_fails() {
    rows.isFailed("b22", URL_FORBIDDEN, "a public one expected");
  }

  @Test
  void b23_redirects_areCheckedAtEachHop() {
    rows.isFailed("b23 http://localhost:80/", URL_FORBIDDEN, "redirected to http://localhost");
    rows.isFailed("b23 http://10.0.0.1/", URL_FORBIDDEN, "10.0.0.1 found");
    rows.isFailed("b23 file:/etc/passwd", URL_INVALID, "redirected to file:/etc/passwd");
    rows.isFailed("b23 http://h:22/", URL_FORBIDDEN, "port 22 found");
  }

  @Test
  void b24_moreThanFiveRedirectsAndLoops_fail() {
    rows.isFailed("b24 loop", FETCH_REDIRECTS, "more than 5 redirects");
    rows.isFailed("b24 six", FETCH_REDIRECTS, "more than 5 redirects");
    rows.image("b24 five");
  }

  @Test
  void b25_userInfoAndSignatures_areUsedAndRedacted() {
    rows.image("b25");
    assertThat(host.authorizations())
        .containsExactly("Basic " + "YW5uYTpwNHNzdzByZA=="); // anna:p4ssw0rd
    Row meta = rows.of("b25").getAs("meta");
    assertThat(meta.<String>getAs("init_image"))
        .isEqualTo("http://***@127.0.0.1:" + host.port() + "/private?sig=***");
    assertThat(rows.meta().toString() + rows.result().messages())
        .doesNotContain("p4ssw0rd", "s3cr3t");
  }

  @Test
  void b26_lineBreaksAndNulInUrls_fail() {
    rows.isFailed("b26 line break", URL_INVALID, "a control character found");
    rows.isFailed("b26 nul", URL_INVALID, "a control character found");
  }

  @Test
  void b27_portsOfOtherServices_fail() {
    rows.isFailed("b27 22", URL_FORBIDDEN, "port 22 found");
    rows.isFailed("b27 6379", URL_FORBIDDEN, "port 6379 found");
  }

  @Test
  void b28_lookAlikeHosts_areComparedInPunycode() {
    allowed.isFailed("b28", URL_FORBIDDEN, "not in spackle.fetch.allow-hosts");
    allowed.isFailed("b28 full width", URL_FORBIDDEN, "port 22 found");
  }

  @Test
  void b29_urlsOver8Kilobytes_fail() {
    rows.isFailed("b29", URL_INVALID, "at most 8192 expected");
  }

  @Test
  void b30_unknownAndRefusingHosts_failAfterRetries_untrustedOnesAtOnce() {
    rows.isFailed("b30 unknown", FETCH_UNREACHABLE, "nobody.invalid");
    rows.isFailed("b30 refused", FETCH_UNREACHABLE, "the connection failed");
    rows.isFailed("b30 tls", FETCH_TLS, "the TLS connection cannot be trusted");
  }

  @Test
  void b31_missingFiles_failAtOnce_andRetryAfterIsHonoured() {
    rows.isFailed("b31 404", FETCH_NOT_FOUND, "no such file");
    rows.isFailed("b31 410", FETCH_NOT_FOUND, "no such file");
    rows.isFailed("b31 403", FETCH_DENIED, "status 403");
    assertThat(host.requests("/404")).isOne();
    assertThat(host.requests("/410")).isOne();
    for (String id : List.of("b31 429", "b31 503")) {
      rows.image(id);
      assertThat(rows.of(id).<Row>getAs("timings").<Double>getAs("fetch_ms")).isGreaterThan(990);
    }
  }

  @Test
  void b31_retryAfterPastTheDeadline_isNotAwaited() {
    rows.isFailed("b31 patient", FETCH_STATUS, "status 503 found");
    assertThat(host.requests("/patient")).isOne();
  }

  @Test
  void b32_slowBody_failsAtTheDeadline() {
    rows.isFailed("b32", FETCH_TIMEOUT, "spackle.fetch.timeout");
    assertThat(rows.of("b32").<Row>getAs("timings").<Double>getAs("fetch_ms"))
        .isBetween(2900.0, 8000.0);
  }

  @Test
  void b33_oversizedAndTruncatedBodies_fail() {
    rows.isFailed("b33 endless", FETCH_TOO_LARGE, "more than 1048576 bytes");
    rows.isFailed("b33 cut off", FETCH_UNREACHABLE, "the connection failed");
  }

  @Test
  void b34_gzipBomb_failsByItsDecodedSize() {
    rows.isFailed("b34", FETCH_TOO_LARGE, "more than 1048576 bytes");
  }

  @Test
  void b35_webPageWithStatus200_failsByItsContent() {
    rows.isFailed("b35", IMAGE_UNSUPPORTED, "init_image: found a web page");
  }

  @Test
  void b36_imageWithWrongContentType_isAccepted() {
    rows.image("b36");
  }

  @Test
  void b37_emptyBody_fails() {
    rows.isFailed("b37", IMAGE_UNSUPPORTED, "no bytes found");
  }

  @Test
  void b38_s3OutsideTheAllowList_fails() {
    rows.isFailed("b38", URL_FORBIDDEN, "spackle.fetch.allow-files = [\"s3a://bucket/\"]");
    allowed.isFailed("b38", URL_FORBIDDEN, "spackle.fetch.allow-files = [\"s3a://other/\"]");
  }

  @Test
  void b39_rowsOfAnUnreachableHost_failFast() {
    assertThat(rows.failed(FETCH_HOST_DOWN))
        .hasSizeGreaterThan(ROWS_BEHIND_THE_DEAD_HOST / 2)
        .allSatisfy(row -> assertThat(row.<String>getAs("id")).startsWith("b39 "));
    assertThat(rows.failed(FETCH_UNREACHABLE))
        .filteredOn(row -> row.<String>getAs("id").startsWith("b39 "))
        .hasSizeLessThan(ROWS_BEHIND_THE_DEAD_HOST / 2);
  }

  @Test
  void b40_connectionsPerHost_areLimited() {
    for (int i = 0; i < 12; i++) {
      rows.image("b40 " + i);
    }
    assertThat(host.maxActive()).isBetween(1, 2);
  }
}
