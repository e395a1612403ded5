package io.spackle.source;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.source.FetchSettings.AllowLists;
import io.spackle.source.FetchSettings.RequestSettings;
import java.time.Duration;
import java.util.List;

/** Test settings of fetching. */
final class Settings {

  static final long MAX_BYTES = 100_000;

  /** Without the proxy of the environment. */
  private static final RequestSettings DIRECT =
      new RequestSettings(RequestHeaders.NONE, null, ProxySetting.of("none"));

  private Settings() {}

  static FetchSettings of(List<String> allowFiles, List<String> allowPrivate) {
    return new FetchSettings(
        Duration.ofSeconds(20),
        MAX_BYTES,
        0,
        8,
        new AllowLists(List.of(), allowFiles, allowPrivate),
        DIRECT);
  }

  /** Settings for servers of a test on this machine. */
  static FetchSettings local(Duration timeout, int retries, int perHost) {
    return new FetchSettings(
        timeout,
        MAX_BYTES,
        retries,
        perHost,
        new AllowLists(List.of(), List.of(), List.of("localhost", "127.0.0.1")),
        DIRECT);
  }

  static FetchSettings with(FetchSettings settings, RequestSettings requests) {
    return new FetchSettings(
        settings.timeout(),
        settings.maxBytes(),
        settings.retries(),
        settings.perHost(),
        settings.allow(),
        requests);
  }

  /** The failure of fetching a location. */
  static RowException fault(ImageSource source, String location) {
    Throwable thrown = catchThrowable(() -> source.fetch(location));
    if (thrown instanceof RowException fault) {
      return fault;
    }
    throw new AssertionError("no RowException from " + location + " but " + thrown, thrown);
  }

  static ErrorCode code(ImageSource source, String location) {
    return fault(source, location).code();
  }
}
