package io.spackle.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.reverse;
import static org.apache.spark.sql.functions.sha2;

import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Measures a manifest of new rows on an output with many done rows, against one with a tenth of
 * them; then what many small runs leave in the folder of meta files.
 *
 * <p>The meta rows of the done rows are not computed but copied: one real meta row, with other ids,
 * keys and digests, which take most of the space of files. Arguments: done rows, new rows.
 */
final class DeltaBench {

  private static final int ROWS_PER_FILE = 500_000;
  private static final int SMALL_RUNS = 30;
  private static final int ROWS_OF_SMALL_RUN = 20;

  private final IdleJobs jobs;
  private final int count;
  private final AtomicLong heap = new AtomicLong();

  private DeltaBench(IdleJobs jobs, int count) {
    this.jobs = jobs;
    this.count = count;
  }

  public static void main(String[] args) throws Exception {
    int done = Integer.parseInt(args[0]);
    DeltaBench bench = new DeltaBench(IdleJobs.create(), Integer.parseInt(args[1]));
    try (PeriodicTask sampling =
        PeriodicTask.start("heap", Duration.ofMillis(200), bench::sampleHeap)) {
      bench.deltas(done);
      bench.smallRuns();
    }
    SparkSessions.stop();
  }

  private void deltas(int done) throws IOException {
    Path manifest = jobs.manifest("new.jsonl", 0, count);
    jobs.run(jobs.manifest("few.jsonl", 0, 100), "warm-up");
    double few = delta(manifest, done / 10);
    double many = delta(manifest, done);
    System.out.printf("%d new rows: %.2f times as long%n", count, many / few);
  }

  private double delta(Path manifest, int done) throws IOException {
    String output = "done-" + done;
    writeDone(output, done);
    heap.set(0);
    double seconds = jobs.run(manifest, output);
    System.out.printf(
        "%d new rows, %d done rows: %.1f s, at most %d MiB of heap in use after a collection%n",
        count, done, seconds, heap.get() >> 20);
    return seconds;
  }

  private void writeDone(String output, int done) {
    SparkSession spark = SparkSessions.open(new HadoopOptions(Map.of()));
    Path real = jobs.folder().resolve("warm-up/meta");
    Dataset<Row> one = spark.read().parquet(real.toString()).limit(1);
    Column id = concat(lit("done "), col("number"));
    Column[] columns =
        Arrays.stream(one.columns())
            .map(
                name ->
                    switch (name) {
                      case "id" -> id.as(name);
                      case MetaRow.ROW_KEY -> md5(id.cast("binary")).as(name);
                      case "digests" ->
                          col(name)
                              .withField("init_image", sha2(id.cast("binary"), 256))
                              .withField("mask_image", sha2(reverse(id).cast("binary"), 256))
                              .as(name);
                      default -> col(name);
                    })
            .toArray(Column[]::new);
    int files = Math.max(1, done / ROWS_PER_FILE);
    spark
        .range(0, done, 1, files)
        .toDF("number")
        .crossJoin(one)
        .select(columns)
        .write()
        .parquet(jobs.folder().resolve(output).resolve("meta").toString());
  }

  private void smallRuns() throws IOException {
    for (int run = 0; run < SMALL_RUNS; run++) {
      int first = run * ROWS_OF_SMALL_RUN;
      jobs.run(jobs.manifest("small.jsonl", first, ROWS_OF_SMALL_RUN), "small");
    }
    try (Stream<Path> files = Files.list(jobs.folder().resolve("small/meta"))) {
      long left = files.filter(file -> file.toString().endsWith(".parquet")).count();
      System.out.printf("%d small runs left %d meta files%n", SMALL_RUNS, left);
    }
  }

  private void sampleHeap() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
        used += pool.getCollectionUsage().getUsed();
      }
    }
    heap.accumulateAndGet(used, Math::max);
  }
}
