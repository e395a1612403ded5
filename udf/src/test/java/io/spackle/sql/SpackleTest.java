package io.spackle.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.conf.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inpainting of datasets. */
class SpackleTest {

  @TempDir static Path folder;

  private static SqlSession session;

  @BeforeAll
  static void open() throws IOException {
    session = new SqlSession(folder);
  }

  @AfterAll
  static void close() {
    session.close();
  }

  @Test
  void eachRowIsReturnedWithItsImagesAndFurtherColumns() {
    Map<String, Row> result = byId(Spackle.inpaint(rows()));
    assertThat(result).containsOnlyKeys("a", "b", "lost");
    Row a = result.get("a");
    assertThat(a.<String>getAs("status")).isEqualTo("success");
    assertThat(images(a)).hasSize(2).doesNotHaveDuplicates();
    assertThat(a.<String>getAs("shop")).isEqualTo("north");
    assertThat(a.getList(a.fieldIndex("output"))).isEmpty();
    Row lost = result.get("lost");
    assertThat(lost.<Row>getAs("error").<String>getAs("code")).isEqualTo("FETCH_NOT_FOUND");
    assertThat(images(lost)).isEmpty();
    assertThat(lost.<String>getAs("shop")).isEqualTo("south");
  }

  @Test
  void datasetAndFunctionGiveTheSameImage() {
    Row b = byId(Spackle.inpaint(rows())).get("b");
    Row bySql =
        session
            .row(
                "SELECT inpaint('$dir/grey.png', fetch_image('$dir/half.png'), 'a window', map('id', 'b')) p")
            .getStruct(0);
    assertThat(bySql.<Long>getAs("seed")).isEqualTo(b.<Row>getAs("meta").<Long>getAs("seed"));
    assertThat(bySql.<byte[]>getAs("image")).isEqualTo(images(b).get(0));
  }

  @Test
  void settingsOfTheCallOverrideThoseOfTheSession() {
    Dataset<Row> rows = rows().where("id = 'b'");
    Map<String, String> settings =
        Map.of("defaults.num-inference-steps", "3", "output.image-format", "jpeg");
    Row result = Spackle.inpaint(rows, settings).head();
    assertThat(result.<Row>getAs("meta").<Integer>getAs("steps")).isEqualTo(3);
    assertThat(images(result).get(0)).startsWith(0xFF, 0xD8);
  }

  @Test
  void masksAreNotNeededWhereCanvasesAreExtended() {
    Dataset<Row> rows = rows().where("id = 'b'").drop("mask_image");
    Map<String, String> settings = Map.of("image.extend", "2:1");
    Row meta = Spackle.inpaint(rows, settings).head().getAs("meta");
    assertThat(meta.<Integer>getAs("W")).isEqualTo(2 * meta.<Integer>getAs("H"));
    assertThat(meta.<String>getAs("extend")).isEqualTo("2:1");
  }

  @Test
  void missingColumnsAreReportedAtOnce() {
    Dataset<Row> rows = rows().drop("mask_image");
    assertThatThrownBy(() -> Spackle.inpaint(rows))
        .isInstanceOf(RefusedException.class)
        .hasMessage("the rows have no column mask_image");
    Dataset<Row> conflicting = rows().withColumnRenamed("shop", "images");
    assertThatThrownBy(() -> Spackle.inpaint(conflicting)).hasMessageContaining("rename it");
  }

  private static Dataset<Row> rows() {
    return session
        .spark()
        .sql(
            """
            SELECT id, concat('%1$s/', init) AS init_image, read.content AS mask_image, prompt,
              samples, shop
            FROM VALUES
              ('a', 'grey.png', 'a door', '2', 'north'),
              ('b', 'grey.png', 'a window', NULL, 'south'),
              ('lost', 'none.png', 'a wall', NULL, 'south') AS rows(id, init, prompt, samples, shop)
            CROSS JOIN (SELECT fetch_image('%1$s/half.png') AS content) AS read
            """
                .formatted(folder));
  }

  private static Map<String, Row> byId(Dataset<Row> result) {
    Map<String, Row> byId = new TreeMap<>();
    result.collectAsList().forEach(row -> byId.put(row.getAs("id"), row));
    return byId;
  }

  private static List<byte[]> images(Row result) {
    return result.getList(result.fieldIndex("images"));
  }
}
