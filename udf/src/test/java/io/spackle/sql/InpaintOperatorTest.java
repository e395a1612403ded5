package io.spackle.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.FileSourceScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** The operator that inpaints the rows of a query: how often, in which order, in which batches. */
class InpaintOperatorTest {

  private static final long ROWS = 12;

  @TempDir static Path folder;

  private static SqlSession session;

  @BeforeAll
  static void open() throws IOException {
    session = new SqlSession(folder);
    session.spark().conf().set("spark.spackle.model.path", "builtin:patchmatch");
    session.spark().conf().set("spark.sql.adaptive.enabled", "false"); // plans are final at once
    session
        .spark()
        .range(0, ROWS, 1, 1)
        .selectExpr(
            "id",
            "'%s/grey.png' AS photo".formatted(folder),
            "'%s/half.png' AS mask".formatted(folder),
            "'unused' AS remark")
        .write()
        .parquet(folder.resolve("rows").toString());
    session
        .spark()
        .read()
        .parquet(folder.resolve("rows").toString())
        .createOrReplaceTempView("photos");
  }

  @AfterAll
  static void close() {
    session.close();
  }

  /** A finished query. */
  private record Done(List<Row> rows, List<SparkPlan> operators) {

    long images() {
      return metric("images");
    }

    long metric(String name) {
      return operators.stream()
          .filter(InpaintExec.class::isInstance)
          .map(operator -> operator.metrics().apply(name))
          .mapToLong(SQLMetric::value)
          .sum();
    }

    long inpaintings() {
      return operators.stream().filter(InpaintExec.class::isInstance).count();
    }

    List<Object> first() {
      return rows.stream().map(row -> row.get(0)).toList();
    }
  }

  @Test
  void rowsOfAQueryShareBatchesAndKeepTheirOrder() {
    Map<String, String> diffusion =
        Map.of("spark.spackle.model.path", SqlSession.bundle("tiny-sd15-inpaint"));
    Done done =
        session.under(
            diffusion,
            () ->
                done(
                    "SELECT id, inpaint(photo, mask, concat('door ', id)) AS r"
                        + " FROM (SELECT * FROM photos ORDER BY id)"));
    assertThat(done.first()).isEqualTo(ids(0, ROWS));
    assertThat(done.rows())
        .extracting(row -> row.getStruct(1).<String>getAs("status"))
        .containsOnly("success");
    assertThat(done.images()).isEqualTo(ROWS);
    assertThat(done.metric("numOutputRows")).isEqualTo(ROWS);
    assertThat(done.metric("batchSize")).as("tenths of images per batch").isGreaterThan(15);
    assertThat(done.metric("modelTime")).isPositive();
  }

  @Test
  void rowsThatAreDroppedAnywayAreNotInpainted() {
    assertThat(done("SELECT id FROM photos WHERE id < 3 AND " + call() + ".status = 'success'"))
        .returns(3L, Done::images)
        .returns(ids(0, 3), Done::first);
    assertThat(
            done(
                "SELECT * FROM (SELECT id + 1 AS next, %s.status AS s FROM photos)"
                        .formatted(call())
                    + " WHERE next <= 4 AND s = 'success'"))
        .as("a condition on a column beside the result")
        .returns(4L, Done::images)
        .returns(ids(1, 5), Done::first);
    assertThat(done("SELECT id, " + call() + " FROM photos LIMIT 2")).returns(2L, Done::images);
    assertThat(done("SELECT id, " + call() + " FROM photos WHERE 1 = 0")).returns(0L, Done::images);
  }

  @Test
  void conditionsOnResultsHold() {
    assertThat(done("SELECT id FROM photos WHERE " + call() + ".status = 'failed'"))
        .returns(ROWS, Done::images)
        .returns(List.of(), Done::first);
    assertThat(
            done(
                "SELECT id FROM photos WHERE inpaint(if(id = 7, 'none', photo), mask, NULL).status"
                    + " = 'failed'"))
        .returns(1L, done -> done.metric("failedRows"))
        .returns(ids(7, 8), Done::first);
  }

  @Test
  void branchesThatARowDoesNotTakeAreNotInpainted() {
    Done cases =
        done(
            "SELECT CASE WHEN id < 2 THEN 'kept' WHEN id < 5 THEN %s.status ELSE 'left' END"
                    .formatted(call())
                + " FROM photos");
    assertThat(cases.images()).isEqualTo(3);
    assertThat(cases.first().subList(0, 6))
        .containsExactly("kept", "kept", "success", "success", "success", "left");
    assertThat(done("SELECT if(id >= 10, " + call() + ", NULL) FROM photos"))
        .returns(2L, Done::images);
    assertThat(
            done(
                "SELECT coalesce(if(id > 0, 'here', NULL), %s.status) FROM photos"
                    .formatted(call())))
        .returns(1L, Done::images);
  }

  @Test
  void equalCallsAreMadeOnce() {
    Done done = done("SELECT %1$s.seed, %1$s.image, %1$s.status FROM photos".formatted(call()));
    assertThat(done.inpaintings()).isEqualTo(1);
    assertThat(done.images()).isEqualTo(ROWS);
  }

  @Test
  void resultsCanBeInpaintedAgain() {
    Done done =
        done(
            "SELECT inpaint(%s.image, mask, NULL).status FROM photos WHERE id < 2"
                .formatted(call()));
    assertThat(done.inpaintings()).isEqualTo(2);
    assertThat(done.first()).containsExactly("success", "success");
  }

  @Test
  void resultsCanBeGroupedSortedAndExploded() {
    Done grouped = done("SELECT count(*) FROM photos GROUP BY " + call() + ".status");
    assertThat(grouped).returns(List.of(ROWS), Done::first).returns(ROWS, Done::images);
    assertThat(done("SELECT id FROM photos ORDER BY " + call() + ".status, id DESC").first())
        .startsWith(ROWS - 1);
    assertThat(done("SELECT explode(array(" + call() + ".status)) FROM photos").first())
        .hasSize((int) ROWS)
        .containsOnly("success");
  }

  @Test
  void columnsThatAreNotNeededAreNotRead() {
    SparkPlan scan =
        done("SELECT id, " + call() + " FROM photos").operators().stream()
            .filter(FileSourceScanExec.class::isInstance)
            .findFirst()
            .orElseThrow();
    assertThat(scan.schema().fieldNames()).containsExactly("id", "photo", "mask");
  }

  @Test
  void aCatalogHasTheSameFunctions() {
    session.spark().conf().set("spark.sql.catalog.studio", SpackleCatalog.class.getName());
    Row row =
        done("SELECT studio.inpaint(photo, mask, NULL) AS p, studio.image_size(photo).width"
                + " FROM photos WHERE id = 0")
            .rows()
            .get(0);
    assertThat(row.getStruct(0).<String>getAs("status")).isEqualTo("success");
    assertThat(row.getInt(1)).isEqualTo(SqlSession.SIDE);
    assertThat(session.spark().sql("SHOW FUNCTIONS IN studio").collectAsList().toString())
        .contains("inpaint", "mask_coverage");
  }

  @Test
  void callsWithoutARowAreRefused() {
    assertThatThrownBy(
            () ->
                done(
                    "SELECT transform(array(photo), p -> inpaint(p, mask, NULL).status) FROM photos"))
        .hasMessageContaining("explode the array first");
  }

  private static String call() {
    return "inpaint(photo, mask, NULL)";
  }

  private static List<Object> ids(long from, long to) {
    return LongStream.range(from, to).<Object>mapToObj(id -> id).toList();
  }

  private static Done done(String query) {
    Dataset<Row> result = session.spark().sql(query);
    List<Row> rows = result.collectAsList();
    SparkPlan plan = result.queryExecution().executedPlan();
    List<SparkPlan> operators = new ArrayList<>();
    collect(plan, operators);
    return new Done(rows, operators);
  }

  private static void collect(SparkPlan plan, List<SparkPlan> operators) {
    operators.add(plan);
    CollectionConverters.asJava(plan.children()).forEach(child -> collect(child, operators));
  }
}
