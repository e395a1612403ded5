package io.spackle.jobs.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.manifest.CsvRecords.Columns;
import io.spackle.jobs.manifest.CsvRecords.Line;
import io.spackle.jobs.manifest.CsvRecords.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A broken record of a CSV file takes no other one with it. The columns: id, init, mask, prompt.
 */
class CsvRecordsTest {

  @Test
  void quotedCellsMayHaveSeparatorsQuotesAndLineBreaks() {
    List<Parsed> records =
        records(
            "1,/a.png,/m.png,\"a \"\"big\"\" cat,",
            "",
            "on a bench, sunny, warm, sharp\"",
            "2,/b.png,/m.png,",
            "3,/c.png,/m.png,\"\"");
    assertThat(records).extracting(Parsed::problem).containsOnlyNulls();
    assertThat(records).extracting(Parsed::line).containsExactly(1L, 4L, 5L);
    assertThat(records)
        .extracting(record -> record.cells().get(3))
        .containsExactly("a \"big\" cat,\n\non a bench, sunny, warm, sharp", null, "");
  }

  @Test
  void aQuoteThatIsNotClosedRefusesItsRecordAlone() {
    List<Parsed> records =
        records(
            "1,/a.png,/m.png,\"a cat",
            "2,/b.png,/m.png,\"a dog\"",
            "3,/c.png,/m.png,a bird",
            "4,/d.png,/m.png,\"a \"\"fish\"\"\"");
    assertThat(records.get(0).problem())
        .isEqualTo(
            "a quotation mark that is not closed before line 2 found, a closing one expected");
    assertThat(records.get(0).text()).isEqualTo("1,/a.png,/m.png,\"a cat");
    assertThat(goodIds(records)).containsExactly("2", "3", "4");
  }

  /** The mark that closes it by chance ends the last cell of the next record. */
  @Test
  void aRecordWithinAQuotedCellIsARecord() {
    assertThat(
            goodIds(
                records(
                    "1,/a.png,/m.png,\"a cat",
                    "2,/b.png,/m.png,a 5\" nail",
                    "3,/c.png,/m.png,a dog\"",
                    "4,/d.png,/m.png,x")))
        .containsExactly("2", "3", "4");
  }

  @Test
  void theLastRecordMayBeBrokenToo() {
    List<Parsed> records =
        records("1,/a.png,/m.png,x", "2,/b.png,/m.png,\"a cat", "3,/c.png,/m.png,\"a dog");
    assertThat(goodIds(records)).containsExactly("1");
    assertThat(records).extracting(Parsed::line).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aBrokenRecordBeforeOneOfSeveralLinesLeavesThatWhole() {
    List<Parsed> records =
        records("1,/a.png,/m.png,\"a cat", "2,/b.png,/m.png,\"a dog", "on grass\"", "3,/c,/m,x");
    assertThat(goodIds(records)).containsExactly("2", "3");
    assertThat(records.get(1).cells().get(3)).isEqualTo("a dog\non grass");
  }

  /** File names without a mark of a location: the quotation marks themselves must tell. */
  @Test
  void aMarkWithinAQuotedCellRefusesItsRecordAlone() {
    List<Parsed> records =
        records("1,a,m,\"a cat", "2,b,m,\"a dog\"", "3,c,m,\"a \"big\" bird\"", "4,d,m,x");
    assertThat(goodIds(records)).containsExactly("2", "4");
    assertThat(records.get(2).problem())
        .isEqualTo("a quotation mark within a quoted cell found, a doubled one expected");
  }

  @Test
  void anotherNumberOfColumnsIsRefused() {
    List<Parsed> records =
        records("1,/a.png,/m.png", "2,/b.png,/m.png,x,y", "3,/c.png,/m.png,x", ",,,");
    assertThat(records)
        .extracting(Parsed::problem)
        .containsExactly(
            "3 columns found, 4 expected as in the header",
            "5 columns found, 4 expected as in the header",
            null,
            null);
  }

  @Test
  void anEndlessCellIsNotAwaited() {
    List<String> lines = new ArrayList<>(List.of("1,/a.png,/m.png,\"a cat"));
    for (int i = 0; i < 20_000; i++) {
      lines.add("no comma and no mark, but a text of some length, again and again");
    }
    lines.add("2,/b.png,/m.png,x");
    List<Parsed> records = records(lines.toArray(String[]::new));
    assertThat(records.get(0).problem()).contains("not closed before line");
    assertThat(goodIds(records)).containsExactly("2");
  }

  @Test
  void blankLinesAndQuotesWithinUnquotedCellsAreNoMatter() {
    List<Parsed> records = records("", "1,/a.png,/m.png,a 5\" nail", "  ", "2,/b.png,/m.png,x");
    assertThat(goodIds(records)).containsExactly("1", "2");
    assertThat(records.get(0).cells().get(3)).isEqualTo("a 5\" nail");
  }

  @Test
  void separatorQuoteAndEscapeCanBeChosen() {
    CsvFormat format = CsvFormat.of(Map.of("delimiter", "||", "quote", "'", "escape", "\\"), ",");
    List<Parsed> records = records(format, "1||/a.png||/m.png||'it\\'s || a \\\\ cat'");
    assertThat(records.get(0).cells().get(3)).isEqualTo("it's || a \\ cat");
  }

  private static List<String> goodIds(List<Parsed> records) {
    return records.stream()
        .filter(record -> record.problem() == null)
        .map(record -> record.cells().get(0))
        .toList();
  }

  private static List<Parsed> records(String... lines) {
    return records(CsvFormat.of(Map.of(), ","), lines);
  }

  private static List<Parsed> records(CsvFormat format, String... lines) {
    List<Line> numbered = new ArrayList<>();
    for (String line : lines) {
      numbered.add(new Line(numbered.size() + 1L, line));
    }
    List<Parsed> records = new ArrayList<>();
    new CsvRecords(numbered.iterator(), format, new Columns(4, List.of(1, 2)))
        .forEachRemaining(records::add);
    return records;
  }
}
