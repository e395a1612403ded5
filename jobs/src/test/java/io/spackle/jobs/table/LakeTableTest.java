package io.spackle.jobs.table;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.spackle.jobs.ImageFiles;
import io.spackle.jobs.JobResult;
import io.spackle.jobs.TestSpark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that jobs keep equal to their meta rows, in each format. */
class LakeTableTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final String SESSION_CATALOG = "spark.sql.catalog.spark_catalog";
  private static final String ICEBERG = "spark.sql.catalog.lake";

  @TempDir static Path warehouse;

  @TempDir Path folder;

  @BeforeAll
  static void openCatalogs() {
    SPARK.conf().set(ICEBERG, "org.apache.iceberg.spark.SparkCatalog");
    SPARK.conf().set(ICEBERG + ".type", "hadoop");
    SPARK.conf().set(ICEBERG + ".warehouse", warehouse.resolve("iceberg").toString());
    SPARK.conf().set(SESSION_CATALOG, "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    SPARK.sql("CREATE DATABASE tables LOCATION '" + warehouse.resolve("delta") + "'");
  }

  @AfterAll
  static void closeCatalogs() {
    SPARK.sql("DROP DATABASE tables CASCADE");
    SPARK.conf().unset(SESSION_CATALOG);
  }

  @BeforeEach
  void draw() throws IOException {
    draw("photo.png");
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void tableEqualsTheMetaRows(TableFormat format) throws Exception {
    String table = table(format, "equal");
    String rows = row("a", "photo.png", "x") + row("b", "late.png", "x");
    run(rows, table, format).isDone();
    assertThat(rows(table)).hasSize(2).isEqualTo(metaRows());
    long commits = commits(table, format);
    run(rows, table, format).isDone();
    assertThat(commits(table, format)).as("commits when nothing has changed").isEqualTo(commits);

    corruptTable(table);
    draw("late.png");
    String changed =
        row("a", "photo.png", "new") + row("b", "late.png", "x") + rowWithFurtherColumn("c");
    run(changed, table, format, "output.retry-codes = [FETCH_NOT_FOUND]").isDone();
    assertThat(rows(table)).hasSize(3).isEqualTo(metaRows()).noneMatch(r -> r.contains("FETCH"));
    assertThat(rows(table)).anyMatch(row -> row.contains("\"shelf\":7"));
  }

  /** Leaves a duplicate row, one that is not published, and removes one, as crashed runs may. */
  private static void corruptTable(String table) throws NoSuchTableException {
    SPARK.sql("DELETE FROM " + table + " WHERE id = 'b'");
    Dataset<Row> rest = SPARK.table(table);
    rest.union(rest.withColumn("row_key", functions.lit("gone"))).writeTo(table).append();
  }

  @ParameterizedTest
  @EnumSource
  void rowsReachTheTableDuringTheRun(TableFormat format) throws IOException {
    String table = table(format, "live");
    // Too many to be all in the task that waits: rows are assigned to tasks by their keys.
    String quick =
        IntStream.range(0, 10).mapToObj(i -> row("q" + i, "photo.png", "x")).collect(joining());
    HttpServer server = serverThatAwaits(() -> !rowsIfAny(table).isEmpty());
    try {
      String slow = "http://localhost:" + server.getAddress().getPort() + "/slow.png";
      run(
              row("slow", slow, "x") + quick,
              table,
              format,
              "output.table-interval = 1s, output.rows-per-file = 1",
              "fetch.allow-private = [localhost], fetch.timeout = 6m")
          .isDone();
    } finally {
      server.stop(0);
    }
    assertThat(metaRows())
        .as("the host answered only after rows were in the table")
        .anyMatch(r -> r.contains("FETCH_NOT_FOUND"));
    assertThat(rows(table)).hasSize(11).isEqualTo(metaRows());
  }

  @ParameterizedTest
  @EnumSource
  void tableOfAnotherOwnerIsRefused(TableFormat format) throws IOException {
    String table = table(format, "foreign");
    SPARK.sql("CREATE TABLE %s (id STRING) USING %s".formatted(table, format));
    SPARK.sql("INSERT INTO " + table + " VALUES ('mine')");
    run(row("a", "photo.png", "x"), table, format)
        .isRefused("contains rows that Spackle has not written: name a table that does not exist");
    SPARK.sql("DELETE FROM " + table);
    SPARK.sql("ALTER TABLE %s ADD COLUMNS (attempt STRING)".formatted(table));
    run(row("a", "photo.png", "x"), table, format)
        .isRefused("`attempt` is string in the table and int in the rows");
    SPARK.sql(
        "ALTER TABLE %s SET TBLPROPERTIES ('spackle.meta' = 's3a://b/meta')".formatted(table));
    run(row("a", "photo.png", "x"), table, format)
        .isRefused("is kept equal to the meta rows in s3a://b/meta, not to those in file:");
    TableFormat other = format == TableFormat.DELTA ? TableFormat.ICEBERG : TableFormat.DELTA;
    run(row("a", "photo.png", "x"), table, other)
        .isRefused("spackle.output.table-format is " + other.provider());
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void missingRuntimeIsReportedWithItsPackage(TableFormat format) {
    Thread thread = Thread.currentThread();
    ClassLoader all = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertThat(format.missing("lake", SPARK.sparkContext(), SPARK.conf()))
          .singleElement()
          .asString()
          .contains("not on the class path: add --packages ", format.provider());
    } finally {
      thread.setContextClassLoader(all);
    }
  }

  @Test
  void nameMustStartWithAKnownCatalog() throws IOException {
    run(row("a", "photo.png", "x"), "pond.tables.t", TableFormat.ICEBERG)
        .isRefused(
            "in the catalog pond, which this Spark does not know: add --conf"
                + " spark.sql.catalog.pond=org.apache.iceberg");
    run(row("a", "photo.png", "x"), "tables.t", TableFormat.ICEBERG)
        .isRefused(
            "output.table is \"tables.t\", expected a catalog, a database and a table", "job.conf");
    run(row("a", "photo.png", "x"), "output.table = lake.tables.t")
        .isRefused("spackle.output.table-format is not set, expected one of delta, iceberg");
  }

  private static String table(TableFormat format, String name) {
    return (format == TableFormat.ICEBERG ? "lake" : "spark_catalog") + ".tables." + name;
  }

  private JobResult run(String rows, String table, TableFormat format, String... more)
      throws IOException {
    String settings =
        "output.table = %s, output.table-format = %s\n".formatted(table, format.provider());
    return run(rows, settings + String.join("\n", more));
  }

  private JobResult run(String rows, String more) throws IOException {
    String base = "spackle { manifest.base = \"%s\"\n%s\n}".formatted(folder, more);
    return JobResult.run(folder, rows, base);
  }

  private static String row(String id, String photo, String prompt) {
    return """
    {"id": "%s", "init_image": "%s", "mask_image": "mask.png", "prompt": "%s"}
    """
        .formatted(id, photo, prompt);
  }

  private static String rowWithFurtherColumn(String id) {
    return row(id, "photo.png", "x").replace("}", ", \"shelf\": 7}");
  }

  private void draw(String name) throws IOException {
    ImageFiles.write(folder.resolve(name), 64, 64, (x, y) -> 2 * x + y);
  }

  private static List<String> rows(String table) {
    return json(SPARK.table(table));
  }

  private static List<String> rowsIfAny(String table) {
    return SPARK.catalog().tableExists(table) ? rows(table) : List.of();
  }

  private List<String> metaRows() {
    String meta = folder.resolve("out/meta").toString();
    return json(SPARK.read().option("mergeSchema", "true").parquet(meta));
  }

  private static List<String> json(Dataset<Row> rows) {
    String[] columns = Stream.of(rows.columns()).sorted().toArray(String[]::new);
    return rows.selectExpr(columns).toJSON().collectAsList().stream().sorted().toList();
  }

  private static long commits(String table, TableFormat format) {
    return format == TableFormat.DELTA
        ? SPARK.sql("DESCRIBE HISTORY " + table).count()
        : SPARK.table(table + ".snapshots").count();
  }

  private interface Condition {
    boolean holds();
  }

  /** A server that answers 404 once a condition holds. */
  private static HttpServer serverThatAwaits(Condition condition) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          Instant end = Instant.now().plus(Duration.ofMinutes(5));
          while (!condition.holds() && Instant.now().isBefore(end)) {
            sleep();
          }
          exchange.sendResponseHeaders(condition.holds() ? 404 : 500, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void sleep() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
