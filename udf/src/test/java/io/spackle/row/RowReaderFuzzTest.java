package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spackle.row.RowReader.SafetyPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * Any row is either valid or has one outcome with an error code, and always has a key and a meta
 * row. A build tests the empty row; {@code JAZZER_FUZZ=1} generates rows for ten minutes.
 */
class RowReaderFuzzTest {

  private static final RowReader READER =
      new RowReader(TestRows.TRAITS, TestRows.DEFAULTS, SafetyPolicy.CHECKED);
  private static final MetaRow.RunInfo INFO =
      new MetaRow.RunInfo("m", "d", null, null, null, "out");

  private static final List<String> COLUMNS = RowColumns.OF_API.stream().sorted().toList();

  @FuzzTest(maxDuration = "10m")
  void row(FuzzedDataProvider data) {
    Row row = TestRows.of(values(data));
    RowReader.Result result = READER.read(row);
    String key = RowKey.of(row, "job");
    assertThat(key).matches("[0-9a-f]{32}");
    if (result instanceof RowReader.Valid valid) {
      ManifestRow read = valid.row();
      assertThat(read.seed()).isNotNegative();
      assertThat(read.parameters().steps() * read.parameters().strength())
          .isGreaterThanOrEqualTo(1);
      assertThat(FilePrefix.of(read.id())).matches("[A-Za-z0-9%-][A-Za-z0-9%._~-]{0,219}");
    } else {
      Outcome.Failed failed = ((RowReader.Invalid) result).outcome();
      assertThat(failed.code().name()).matches("(ROW|ID)_[A-Z]+");
      assertThat(failed.message().codePoints()).noneMatch(Redaction::isUnprintable);
      Row meta = new MetaRow(row.schema(), INFO).of(failed, row, key, 1);
      assertThat(MetaRow.toJson(meta)).startsWith("{\"status\":\"failed\"");
    }
  }

  private static Map<String, Object> values(FuzzedDataProvider data) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (data.consumeBoolean()) { // else most rows are invalid at once
      values.put("init_image", "https://example.com/a.png");
      values.put("mask_image", "https://example.com/b.png");
      values.put("prompt", "a cat");
    }
    int columns = data.consumeInt(0, 8);
    for (int i = 0; i < columns; i++) {
      values.put(data.pickValue(COLUMNS), value(data));
    }
    return values;
  }

  private static Object value(FuzzedDataProvider data) {
    return switch (data.consumeInt(0, 6)) {
      case 0 -> null;
      case 1 -> data.consumeLong();
      case 2 -> data.consumeDouble();
      case 3 -> data.consumeBoolean();
      case 4 -> String.valueOf(data.consumeRegularDouble());
      case 5 -> data.consumeAsciiString(100);
      default -> data.consumeString(200);
    };
  }
}
