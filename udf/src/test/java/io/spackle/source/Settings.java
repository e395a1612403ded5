package io.spackle.source;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import java.time.Duration;
import java.util.List;

/** Test settings of fetching. */
final class Settings {

  static final long MAX_BYTES = 100_000;

  private Settings() {}

  static FetchSettings of(List<String> allowFiles, List<String> allowPrivate) {
    return new FetchSettings(
        Duration.ofSeconds(20), MAX_BYTES, 0, 8, List.of(), allowFiles, allowPrivate);
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
