package io.spackle.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.report.Gallery.Card;
import io.spackle.report.Gallery.Output;
import io.spackle.report.Gallery.Parameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PageTest {

  private static final String HOSTILE =
      "</script><script>alert(1)</script><img src=x onerror=a>'\"&";

  @Test
  void showsTotalsFailuresNotesAndStages() {
    String page = Page.html(counts(), List.of(card("one", "a wall")), Map.of("model", "sd15"));
    assertThat(page)
        .contains("<dd>1,240</dd>", "<td>FETCH_TIMEOUT</td><td>40</td><td>3.2 %</td>")
        .contains("<td>MASK_FULL</td><td>7</td>", "<td>paint</td>", "<p>sd15</p>");
  }

  @Test
  void leavesOutEmptySections() {
    Counts nothing = new Counts(0, 0, 0, 0, List.of(), List.of(), List.of());
    assertThat(Page.html(nothing, List.of(), Map.of()))
        .doesNotContain("<h2>Failures</h2>", "<h2>Notes</h2>", "last run")
        .contains("<dd>0</dd>", "[]</script>");
  }

  @Test
  void showsSecondsPerImageOfSlowModels() {
    assertThat(Page.html(counts(), List.of(), Map.of("images", 4, "seconds", 50.0)))
        .contains("<dt>s/image, last run</dt><dd>12.5</dd>");
    assertThat(Page.html(counts(), List.of(), Map.of("images", 100, "seconds", 50.0)))
        .contains("<dt>images/s, last run</dt><dd>2.0</dd>");
    assertThat(Page.html(counts(), List.of(), Map.of("images", 0, "seconds", 50.0)))
        .doesNotContain("last run");
  }

  @Test
  void stringsOfRowsAreEscaped() {
    Counts counts =
        new Counts(0, 1, 0, 0, List.of(new Counts.Named(HOSTILE, 1)), List.of(), List.of());
    String page = Page.html(counts, List.of(card(HOSTILE, HOSTILE)), Map.of("model", HOSTILE));
    assertThat(page).doesNotContain("<img src", "<script>alert", "onerror=a>");
    assertThat(page.split("</script>", -1)).as("elements that end").hasSize(3);
  }

  @Test
  void policyAllowsOnlyItsOwnStyleAndScript() {
    String page = Page.html(counts(), List.of(), Map.of());
    assertThat(page)
        .containsPattern(
            "default-src 'none'; img-src data:; .*style-src 'sha256-\\S+'; script-src"
                + " 'sha256-\\S+'")
        .doesNotContain("unsafe-inline", "style=\"", "onclick=", "http://", "https://");
  }

  private static Counts counts() {
    return new Counts(
        1200,
        40,
        0,
        1200,
        List.of(new Counts.Named("FETCH_TIMEOUT", 40)),
        List.of(new Counts.Named("MASK_FULL", 7)),
        List.of(new Counts.Stage("paint", 3600_000, 3000, 2900, 4000)));
  }

  private static Card card(String id, String prompt) {
    return new Card(
        id,
        null,
        new Parameters(prompt, null, 7L, 20, "7.5", 1.0, "DDIM"),
        new Output(64, 64, null, null),
        null,
        1.5,
        List.of());
  }
}
