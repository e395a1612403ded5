package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentResultsTest {

  private final List<String> computed = new ArrayList<>();
  private final RecentResults<String, String> results = new RecentResults<>(10, String::length);

  @Test
  void resultsAreComputedOnce() {
    assertThat(List.of(get("abc"), get("defg"), get("abc"))).containsExactly("abc", "defg", "abc");
    assertThat(computed).containsExactly("abc", "defg");
  }

  @Test
  void thoseThatWereNotUsedForLongestAreDroppedFirst() {
    get("abc");
    get("defg");
    get("abc");
    get("hijkl"); // 12 bytes with both
    get("abc");
    get("defg");
    assertThat(computed).containsExactly("abc", "defg", "hijkl", "defg");
  }

  @Test
  void theLastResultIsKeptWhateverItsSize() {
    get("abc");
    get("a result of many bytes");
    get("a result of many bytes");
    assertThat(computed).containsExactly("abc", "a result of many bytes");
  }

  private String get(String key) {
    return results.get(
        key,
        () -> {
          computed.add(key);
          return key;
        });
  }
}
