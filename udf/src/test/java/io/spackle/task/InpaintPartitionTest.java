package io.spackle.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.Families;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.lane.Arrival;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.FakeInpainter;
import io.spackle.model.DeviceChoice;
import io.spackle.model.ExecutorModels;
import io.spackle.model.FolderKind;
import io.spackle.model.ModelSettings;
import io.spackle.pipeline.TestImages;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.row.RunInfo;
import io.spackle.row.SafetyPolicy;
import io.spackle.safety.SafetyOptions;
import io.spackle.sink.ImageLayout;
import io.spackle.source.FetchSettings;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.TaskPartition;
import io.spackle.spark.TaskSignals;
import io.spackle.webhook.WebhookSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class InpaintPartitionTest {

  private static final ModelSettings.Safety NO_SAFETY =
      new ModelSettings.Safety(SafetyPolicy.ABSENT, null, new SafetyOptions(List.of(), 0.5));

  private static final StructType MANIFEST =
      new StructType()
          .add(RowColumns.ID, DataTypes.StringType)
          .add(RowColumns.INIT_IMAGE, DataTypes.StringType)
          .add(RowColumns.MASK_IMAGE, DataTypes.StringType)
          .add(RowColumns.PROMPT, DataTypes.StringType)
          .add(RowColumns.KEY, DataTypes.StringType)
          .add("shelf", DataTypes.IntegerType);

  private final AtomicInteger opened = new AtomicInteger();
  private final TaskCounters progress =
      new TaskCounters(
          new LongAccumulator(),
          new LongAccumulator(),
          new LongAccumulator(),
          new LongAccumulator());

  @TempDir Path temp;
  private ExecutorContext executor;
  private String dealtBy = RowColumns.KEY;

  /** A task without Spark. */
  private static final class FakeTask implements TaskSignals {
    private final List<Runnable> completions = new ArrayList<>();
    private final int number;
    private final int of;
    private volatile boolean interrupted;

    FakeTask() {
      this(0, 1);
    }

    FakeTask(int number, int of) {
      this.number = number;
      this.of = of;
    }

    @Override
    public boolean isInterrupted() {
      return interrupted;
    }

    @Override
    public void onCompletion(Runnable action) {
      completions.add(action);
    }

    @Override
    public boolean hasFailed() {
      return interrupted;
    }

    @Override
    public int attempt() {
      return 2;
    }

    @Override
    public long attemptId() {
      return 77;
    }

    @Override
    public boolean mayHaveTwin() {
      return false;
    }

    @Override
    public TaskPartition part(String by) {
      return new TaskPartition(by, number, of);
    }

    @Override
    public Optional<String> gpuAddress() {
      return Optional.empty();
    }

    void complete() {
      completions.forEach(Runnable::run);
    }
  }

  @BeforeEach
  void prepare() throws Exception {
    executor(new FakeInpainter());
    for (Map.Entry<String, byte[]> file : TestImages.files().entrySet()) {
      Files.write(temp.resolve(file.getKey()), file.getValue());
    }
  }

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void everyRowBecomesAMetaRowAndItsImageAFile() {
    List<Row> meta = run(settings(4), new FakeTask(), rows("a", "b", "c"));
    assertThat(meta).hasSize(3).allSatisfy(row -> assertThat(status(row)).isEqualTo("success"));
    assertThat(meta).allSatisfy(row -> assertThat(Path.of(output(row))).exists());
    assertThat(meta).extracting(row -> row.<Integer>getAs("attempt")).containsOnly(2);
    assertThat(meta).extracting(row -> row.<Integer>getAs("shelf")).containsOnly(5);
    assertThat(progress.succeeded().value()).isEqualTo(3);
    assertThat(progress.images().value()).isEqualTo(3);
    assertThat(progress.failed().value()).isZero();
  }

  @Test
  void aRowThatFailsIsAMetaRowToo() {
    List<Row> rows = new ArrayList<>(rows("a"));
    rows.add(row("missing", temp.resolve("missing").toString(), "b"));
    rows.add(row("no-prompt", temp.resolve(TestImages.INIT).toString(), null));
    List<Row> meta = run(settings(4), new FakeTask(), rows);
    assertThat(meta)
        .extracting(row -> row.getAs("id") + " " + code(row))
        .containsExactlyInAnyOrder("a none", "missing FETCH_NOT_FOUND", "no-prompt ROW_INVALID");
    assertThat(progress.failed().value()).isEqualTo(2);
  }

  @Test
  void aRowThatBreaksItsReaderFailsAlone() {
    Row whole = rows("x").get(0);
    Object[] values = IntStream.range(0, whole.size()).mapToObj(whole::get).toArray();
    Row broken =
        new GenericRowWithSchema(values, MANIFEST) {
          @Override
          public Object get(int column) {
            if (column == MANIFEST.fieldIndex(RowColumns.PROMPT)) {
              throw new IllegalStateException("a cell that cannot be read");
            }
            return super.get(column);
          }
        };
    List<Row> meta =
        run(
            settings(4),
            new FakeTask(),
            Stream.concat(rows("a").stream(), Stream.of(broken)).toList());
    assertThat(meta)
        .extracting(InpaintPartitionTest::code)
        .containsExactlyInAnyOrder("none", "INTERNAL");
    assertThat(progress.failed().value()).isEqualTo(1);
  }

  @Test
  void anEmptyPartitionNeedsNoModel() throws Exception {
    InpaintPartition partition = new InpaintPartition(settings(4), MANIFEST, dealtBy, progress);
    assertThat(partition.call(Collections.emptyIterator()).hasNext()).isFalse();
    assertThat(opened).hasValue(0);
  }

  /** The longest wait is an hour: the batch runs because it is full. */
  @Test
  void batchesFillAcrossTasks() throws Exception {
    FakeInpainter inpainter = new FakeInpainter();
    executor(inpainter);
    TaskSettings settings = settings(4);
    try (Arrival third = executor.model(settings, new FakeTask()).lane().arrival()) {
      third.announce();
      ExecutorService slots = Executors.newFixedThreadPool(2);
      Future<List<Row>> one = slots.submit(() -> run(settings, new FakeTask(), rows("a", "b")));
      Future<List<Row>> other = slots.submit(() -> run(settings, new FakeTask(), rows("c", "d")));
      assertThat(one.get()).hasSize(2);
      assertThat(other.get()).hasSize(2);
      slots.shutdown();
    }
    assertThat(inpainter.batches()).hasSize(1);
    assertThat(inpainter.batches().get(0)).containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void aKilledTaskStopsWithinASecondAndTheModelStaysOpen() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore begun = new Semaphore(0);
    FakeInpainter inpainter = new FakeInpainter(FakeInpainter.gated(gate, begun));
    executor(inpainter);
    TaskSettings settings = settings(2);
    FakeTask killed = new FakeTask();
    CountDownLatch ended = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              assertThatThrownBy(() -> run(settings, killed, rows("a", "b", "c", "d")))
                  .isInstanceOf(CancellationException.class);
              ended.countDown();
            });
    thread.start();
    begun.acquire();
    long start = System.nanoTime();
    killed.interrupted = true;
    ended.await();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    assertThat(executor.model(settings, new FakeTask()).slots().areFree()).isTrue();
    assertThat(temp.resolve("images")).satisfies(InpaintPartitionTest::holdsNoImage);
    gate.release(10);
    assertThat(run(settings, new FakeTask(), rows("next"))).hasSize(1);
    assertThat(opened).hasValue(1);
  }

  @Test
  void anotherTasksRowsAreUntouchedWhenATaskIsKilled() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore begun = new Semaphore(0);
    executor(new FakeInpainter(FakeInpainter.gated(gate, begun)));
    TaskSettings settings = settings(2);
    FakeTask killed = new FakeTask();
    ExecutorService slots = Executors.newFixedThreadPool(2);
    Future<List<Row>> lives =
        slots.submit(() -> run(settings, new FakeTask(), rows("a", "b", "c")));
    Future<List<Row>> dies = slots.submit(() -> run(settings, killed, rows("d", "e", "f")));
    begun.acquire();
    killed.interrupted = true;
    assertThatThrownBy(dies::get).hasCauseInstanceOf(CancellationException.class);
    gate.release(10);
    assertThat(lives.get()).hasSize(3);
    slots.shutdown();
  }

  /**
   * Where this prompt is in the model, its process is as good as dead: nothing goes on any more.
   */
  private static final String KILLER = "killer";

  private final Semaphore deaths = new Semaphore(0);
  private final CountDownLatch burial = new CountDownLatch(1);
  private final List<Thread> dead = new ArrayList<>();

  @AfterEach
  void bury() throws InterruptedException {
    burial.countDown();
    for (Thread process : dead) {
      process.join();
    }
  }

  private FakeInpainter deadly() {
    return new FakeInpainter(
        (subjects, cancellation) -> {
          if (subjects.stream().anyMatch(subject -> subject.prompt().startsWith(KILLER))) {
            deaths.release();
            burial.await();
          }
        });
  }

  /** Runs rows as a process that dies of them. */
  private FakeInpainter dying(FakeTask task, List<Row> rows) throws Exception {
    FakeInpainter inpainter = deadly();
    executor(inpainter);
    ExecutorContext own = executor;
    Thread process =
        new Thread(
            () -> {
              var out = new InpaintPartition(settings(4), MANIFEST, dealtBy, progress);
              out.run(rows.iterator(), own, task).forEachRemaining(row -> {});
              task.complete();
              own.close();
            });
    process.start();
    dead.add(process);
    deaths.acquire();
    return inpainter;
  }

  @Test
  void aRowThatKillsItsProcessIsSetAsideAfterItsSecondTry() throws Exception {
    List<Row> rows = rows("a", "b", KILLER, "c", "d", "e");
    dying(new FakeTask(), rows);
    FakeInpainter second = dying(new FakeTask(), rows);
    assertThat(second.batches()).as("one by one").allMatch(batch -> batch.size() == 1);
    FakeInpainter third = deadly();
    executor(third);
    List<Row> meta = run(settings(4), new FakeTask(), rows);
    assertThat(meta)
        .extracting(row -> row.getAs("id") + " " + code(row))
        .containsExactlyInAnyOrder(
            "a none", "b none", "killer MODEL_CRASHED", "c none", "d none", "e none");
    assertThat(meta)
        .filteredOn(row -> code(row).equals("MODEL_CRASHED"))
        .extracting(row -> row.<Row>getAs("error").<String>getAs("message"))
        .allMatch(message -> message.matches("the process \\d+ on \\S+ died, .*"));
    assertThat(third.batches()).doesNotContain(List.of(KILLER));
  }

  @Test
  void severalKillersCostOneProcessEachAndOneMore() throws Exception {
    List<Row> rows = rows(KILLER + 1, "a", KILLER + 2, "b", KILLER + 3);
    for (int i = 0; i < 4; i++) {
      dying(new FakeTask(), rows);
    }
    executor(deadly());
    assertThat(run(settings(4), new FakeTask(), rows))
        .extracting(InpaintPartitionTest::code)
        .containsExactlyInAnyOrder(
            "none", "none", "MODEL_CRASHED", "MODEL_CRASHED", "MODEL_CRASHED");
  }

  /** The next run deals its rows out in other ways. */
  @ParameterizedTest
  @ValueSource(strings = {RowColumns.KEY, RowColumns.ID})
  void onlyTheRowsOfATaskThatDiedAreSuspects(String column) throws Exception {
    List<Row> rows = rows(IntStream.range(0, 40).mapToObj(i -> "r" + i).toArray(String[]::new));
    dealtBy = column;
    dying(new FakeTask(1, 2), rows(KILLER));
    FakeInpainter inpainter = deadly();
    executor(inpainter);
    dealtBy = RowColumns.KEY;
    assertThat(run(settings(4), new FakeTask(), rows)).hasSize(40);
    List<String> alone =
        inpainter.batches().stream()
            .filter(batch -> batch.size() == 1)
            .map(batch -> batch.get(0))
            .toList();
    assertThat(alone)
        .containsAll(
            rows.stream()
                .filter(new TaskPartition(column, 1, 2)::holds)
                .map(row -> row.<String>getAs(RowColumns.ID))
                .toList())
        .hasSizeBetween(10, 30);
  }

  @Test
  void whatEndsInOrderLeavesNoMark() throws Exception {
    run(settings(4), new FakeTask(), rows("a", "b"));
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    Semaphore gate = new Semaphore(0);
    Semaphore begun = new Semaphore(0);
    executor(new FakeInpainter(FakeInpainter.gated(gate, begun)));
    FakeTask killed = new FakeTask();
    ExecutorService slot = Executors.newSingleThreadExecutor();
    Future<List<Row>> dies = slot.submit(() -> run(settings(4), killed, rows("a", "b")));
    begun.acquire();
    assertThat(temp.resolve("marks/task-_spackle_key-0-1")).exists();
    killed.interrupted = true;
    assertThatThrownBy(dies::get).hasCauseInstanceOf(CancellationException.class);
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    slot.shutdown();
  }

  @Test
  void aProcessThatIsToldToEndTakesItsMarksAway() throws Exception {
    dying(new FakeTask(), rows(KILLER));
    assertThat(temp.resolve("marks")).isNotEmptyDirectory();
    executor.marks(settings(4), new FakeTask()).close();
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    executor(new FakeInpainter()); // the dead one is closed once it is buried
  }

  @Test
  void tasksShareTheirSourceAndSoItsConnections() {
    assertThat(executor.source(settings(2), new FakeTask()))
        .isSameAs(executor.source(settings(4), new FakeTask()));
  }

  @Test
  void aModelThatNoTaskUsesMakesRoomForAnother() {
    FakeInpainter inpainter = new FakeInpainter();
    executor(inpainter);
    FakeTask first = new FakeTask();
    executor.model(settings(2), first);
    executor.model(settings(3), new FakeTask());
    assertThat(opened).hasValue(2);
    assertThat(inpainter.closed().getCount()).isOne(); // the first is in use
    first.complete();
    executor.model(settings(4), new FakeTask());
    assertThat(inpainter.closed().getCount()).isZero();
  }

  @Test
  void tenThousandRows() {
    String[] ids = IntStream.range(0, 10_000).mapToObj(i -> "r" + i).toArray(String[]::new);
    List<Row> meta = run(settings(8), new FakeTask(), rows(ids));
    assertThat(meta).extracting(row -> row.<String>getAs("id")).containsExactlyInAnyOrder(ids);
    assertThat(meta).extracting(InpaintPartitionTest::output).doesNotHaveDuplicates();
  }

  /** The way in that Spark takes, with all that it opens by itself. */
  @Test
  void runsInSparkWithARealModel() throws Exception {
    Path folder = Path.of(System.getProperty("bundles.dir"), "tiny-sd15-inpaint");
    ModelBundle bundle = ModelBundle.open(folder);
    TaskSettings settings =
        settings(
            new ModelSettings(
                new ModelSettings.Folder(folder.toString(), bundle.digest(), FolderKind.MODEL),
                null,
                NO_SAFETY,
                null,
                DeviceChoice.CPU,
                BundleOptions.NONE),
            Families.traits(bundle),
            2);
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()) {
      TaskCounters counted = TaskCounters.in(spark.sparkContext());
      InpaintPartition partition = new InpaintPartition(settings, MANIFEST, dealtBy, counted);
      Dataset<Row> manifest =
          spark.createDataFrame(rows("a", "b", "c", "d", "e"), MANIFEST).repartition(3);
      List<Row> meta =
          manifest.mapPartitions(partition, Encoders.row(partition.schema())).collectAsList();
      assertThat(meta).extracting(row -> code(row)).containsOnly("none");
      assertThat(meta)
          .extracting(row -> row.<String>getAs("id"))
          .containsExactlyInAnyOrder("a", "b", "c", "d", "e");
      assertThat(meta).allSatisfy(row -> assertThat(Path.of(output(row))).exists());
      assertThat(counted.succeeded().value()).isEqualTo(5);
      assertThat(counted.busyMillis().value()).isPositive();
    }
  }

  private void executor(FakeInpainter inpainter) {
    ExecutorGuard precautions = TestImages.precautions();
    executor =
        new ExecutorContext(
            new ExecutorModels(
                (model, device) -> {
                  opened.incrementAndGet();
                  return inpainter;
                },
                precautions),
            precautions);
  }

  private List<Row> run(TaskSettings settings, FakeTask task, List<Row> rows) {
    try {
      List<Row> meta = new ArrayList<>();
      Iterator<Row> out =
          new InpaintPartition(settings, MANIFEST, dealtBy, progress)
              .run(rows.iterator(), executor, task);
      out.forEachRemaining(meta::add);
      return meta;
    } finally {
      task.complete();
    }
  }

  private TaskSettings settings(int maxImages) {
    return settings(
        new ModelSettings(
            new ModelSettings.Folder("/no/such/model", "digest", FolderKind.MODEL),
            null,
            NO_SAFETY,
            null,
            DeviceChoice.AUTO,
            BundleOptions.NONE),
        FakeInpainter.fakeTraits(),
        maxImages);
  }

  private TaskSettings settings(ModelSettings model, ModelTraits traits, int maxImages) {
    return new TaskSettings(
        model,
        traits,
        TestImages.batching(maxImages, Duration.ofHours(1)),
        new FetchSettings(
            Duration.ofSeconds(5), 1 << 20, 0, 4, List.of(), List.of(temp.toString()), List.of()),
        TestImages.settings(),
        new OutputSettings(
            temp.resolve("images").toString(),
            ImageLayout.FILES,
            new OutputSettings.Previews(temp.resolve("previews").toString(), 0),
            temp.resolve("marks").toString(),
            new WebhookSettings(
                null, Duration.ofSeconds(1), 0, temp.resolve("webhooks").toString())),
        new RowDefaults(
            TestImages.SIDE,
            TestImages.SIDE,
            1,
            4,
            7.5,
            1,
            null,
            null,
            false,
            "",
            false,
            7L,
            SchedulerChoice.DEFAULT),
        new RunInfo("fake", "digest", null, null, null, "images"),
        HadoopConf.of(new Configuration()));
  }

  private List<Row> rows(String... ids) {
    return Stream.of(ids).map(id -> row(id, temp.resolve(TestImages.INIT).toString(), id)).toList();
  }

  private Row row(String id, String init, String prompt) {
    String mask = temp.resolve(TestImages.HALF).toString();
    return new GenericRowWithSchema(
        new Object[] {id, init, mask, prompt, "key-" + id, 5}, MANIFEST);
  }

  private static String status(Row meta) {
    return meta.getAs("status");
  }

  private static String output(Row meta) {
    return meta.<String>getList(meta.fieldIndex("output")).get(0);
  }

  private static String code(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? "none" : error.getAs("code");
  }

  private static void holdsNoImage(Path folder) throws Exception {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }
}
