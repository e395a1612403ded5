package io.spackle.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.ModelBundle;
import io.spackle.family.Families;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.FakeInpainter;
import io.spackle.lane.Lane;
import io.spackle.model.ExecutorModels;
import io.spackle.model.ModelSettings;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.pipeline.QualitySettings;
import io.spackle.pipeline.TestImages;
import io.spackle.quarantine.TaskRows;
import io.spackle.row.GenerationParameters;
import io.spackle.row.MetaRow.RunInfo;
import io.spackle.row.RowColumns;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader.SafetyPolicy;
import io.spackle.safety.SafetyOptions;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageLayout;
import io.spackle.source.FetchSettings;
import io.spackle.spark.FakeTask;
import io.spackle.spark.HadoopConf;
import io.spackle.spark.SparkTask;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.Webhooks.WebhookSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
          new LongAccumulator(),
          new DoubleAccumulator());

  @TempDir Path temp;
  private ExecutorContext executor;
  private String task = "run-1-0";
  private ImageLayout layout = ImageLayout.FILES;
  private PublishSettings publish = new PublishSettings(Duration.ofHours(1), 1000);

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
  void eachRowGivesAMetaRowAndAnImageFile() {
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
  void failedRowGivesAMetaRow() {
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
  void rowThatCannotBeReadFailsAlone() {
    Row intact = rows("x").get(0);
    Object[] values = IntStream.range(0, intact.size()).mapToObj(intact::get).toArray();
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
  void emptyPartitionOpensNoModel() throws Exception {
    partition(settings(4)).run(Collections.emptyIterator(), () -> null);
    assertThat(opened).hasValue(0);
  }

  /** The maximum wait is an hour, so the batch runs because it is full. */
  @Test
  void batchesFillAcrossTasks() throws Exception {
    FakeInpainter inpainter = new FakeInpainter();
    executor(inpainter);
    TaskSettings settings = settings(4);
    try (Lane.Arrival third = executor.model(settings, new FakeTask()).lane().arrival()) {
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
  void killedTaskStopsAndTheModelStaysOpen() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore started = new Semaphore(0);
    FakeInpainter inpainter = new FakeInpainter(FakeInpainter.gated(gate, started));
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
    started.acquire();
    long start = System.nanoTime();
    killed.interrupt();
    ended.await();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(executor.model(settings, new FakeTask()).limits().areFree()).isTrue();
    assertThat(temp.resolve("images")).satisfies(InpaintPartitionTest::containsNoImage);
    gate.release(10);
    assertThat(run(settings, new FakeTask(), rows("next"))).hasSize(1);
    assertThat(opened).hasValue(1);
  }

  @Test
  void killedTaskDoesNotAffectOtherTasks() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore started = new Semaphore(0);
    executor(new FakeInpainter(FakeInpainter.gated(gate, started)));
    TaskSettings settings = settings(2);
    FakeTask killed = new FakeTask();
    ExecutorService slots = Executors.newFixedThreadPool(2);
    Future<List<Row>> surviving =
        slots.submit(() -> run(settings, new FakeTask(), rows("a", "b", "c")));
    Future<List<Row>> killedRows = slots.submit(() -> run(settings, killed, rows("d", "e", "f")));
    started.acquire();
    killed.interrupt();
    assertThatThrownBy(killedRows::get).hasCauseInstanceOf(CancellationException.class);
    gate.release(10);
    assertThat(surviving.get()).hasSize(3);
    slots.shutdown();
  }

  /** The prompt at which the model hangs for good, which simulates a crash of its process. */
  private static final String CRASHING = "crashing";

  private final Semaphore crashes = new Semaphore(0);
  private final CountDownLatch testEnd = new CountDownLatch(1);
  private final List<Thread> crashedProcesses = new ArrayList<>();

  @AfterEach
  void endCrashedProcesses() throws InterruptedException {
    testEnd.countDown();
    for (Thread process : crashedProcesses) {
      process.join();
    }
  }

  private FakeInpainter crashingModel() {
    return new FakeInpainter(
        (inputs, cancellation) -> {
          if (inputs.stream().anyMatch(input -> input.prompt().startsWith(CRASHING))) {
            crashes.release();
            testEnd.await();
          }
        });
  }

  /** Runs rows in a simulated process, until it crashes. */
  private FakeInpainter crashing(FakeTask task, List<Row> rows) throws Exception {
    FakeInpainter inpainter = crashingModel();
    executor(inpainter);
    ExecutorContext context = executor;
    Thread process =
        new Thread(
            () -> {
              process(settings(4), task, rows, new MemoryPublication(), context);
              context.close();
            });
    process.start();
    crashedProcesses.add(process);
    crashes.acquire();
    return inpainter;
  }

  @Test
  void rowIsQuarantinedAfterTwoCrashes() throws Exception {
    List<Row> rows = rows("a", "b", CRASHING, "c", "d", "e");
    crashing(new FakeTask(), rows);
    FakeInpainter second = crashing(new FakeTask(), rows);
    assertThat(second.batches()).as("one at a time").allMatch(batch -> batch.size() == 1);
    FakeInpainter third = crashingModel();
    executor(third);
    List<Row> meta = run(settings(4), new FakeTask(), rows);
    assertThat(meta)
        .extracting(row -> row.getAs("id") + " " + code(row))
        .containsExactlyInAnyOrder(
            "a none", "b none", "crashing MODEL_CRASHED", "c none", "d none", "e none");
    assertThat(meta)
        .filteredOn(row -> code(row).equals("MODEL_CRASHED"))
        .extracting(row -> row.<Row>getAs("error").<String>getAs("message"))
        .allMatch(message -> message.matches("the process \\d+ on \\S+ crashed, .*"));
    assertThat(third.batches()).doesNotContain(List.of(CRASHING));
  }

  @Test
  void severalCrashingRowsCostOneProcessEachAndOneMore() throws Exception {
    List<Row> rows = rows(CRASHING + 1, "a", CRASHING + 2, "b", CRASHING + 3);
    for (int i = 0; i < 4; i++) {
      crashing(new FakeTask(), rows);
    }
    executor(crashingModel());
    assertThat(run(settings(4), new FakeTask(), rows))
        .extracting(InpaintPartitionTest::code)
        .containsExactlyInAnyOrder(
            "none", "none", "MODEL_CRASHED", "MODEL_CRASHED", "MODEL_CRASHED");
  }

  /** The next run distributes its rows differently. */
  @Test
  void onlyTheRowsOfACrashedTaskRunAlone() throws Exception {
    crashing(new FakeTask(), rows("a", CRASHING, "b"));
    FakeInpainter inpainter = crashingModel();
    executor(inpainter);
    task = "run-2-0";
    runInFullBatches(new FakeTask(), rows("b", "c", "d", "e", "f"));
    assertThat(inpainter.batches())
        .as("the others share a batch")
        .hasSize(2)
        .contains(List.of("b"));
  }

  /** Of a long task, the rows that no crashed process had begun are no suspects. */
  @Test
  void rowsThatHadNotStartedShareBatchesAfterACrash() throws Exception {
    String[] names = new String[400];
    Arrays.setAll(names, i -> i == 0 ? CRASHING : "row" + i);
    crashing(new FakeTask(), rows(names));
    FakeInpainter second = crashing(new FakeTask(), rows(names));
    assertThat(second.batches().get(0)).as("the first rows run alone").hasSize(1);
    FakeInpainter third = new FakeInpainter();
    executor(third);
    run(settings(4), new FakeTask(), rows(names));
    long alone = third.batches().stream().filter(batch -> batch.size() == 1).count();
    assertThat(alone).isBetween(100L, 300L);
    assertThat(third.batches()).as("the others share batches").anyMatch(batch -> batch.size() == 4);
  }

  @Test
  void orderlyEndLeavesNoMarker() throws Exception {
    run(settings(4), new FakeTask(), rows("a", "b"));
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    Semaphore gate = new Semaphore(0);
    Semaphore started = new Semaphore(0);
    executor(new FakeInpainter(FakeInpainter.gated(gate, started)));
    FakeTask killed = new FakeTask();
    ExecutorService slot = Executors.newSingleThreadExecutor();
    Future<List<Row>> killedRows = slot.submit(() -> run(settings(4), killed, rows("a", "b")));
    started.acquire();
    assertThat(temp.resolve("marks")).isDirectoryContaining("glob:**/task-run-1-0+0.*");
    killed.interrupt();
    assertThatThrownBy(killedRows::get).hasCauseInstanceOf(CancellationException.class);
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    slot.shutdown();
  }

  @Test
  void orderlyShutdownRemovesMarkers() throws Exception {
    crashing(new FakeTask(), rows(CRASHING));
    assertThat(temp.resolve("marks")).isNotEmptyDirectory();
    executor.markers(settings(4), new FakeTask()).close();
    assertThat(temp.resolve("marks")).isEmptyDirectory();
    executor(new FakeInpainter()); // the crashed one is closed at the end
  }

  /**
   * After an executor was lost, Spark repeats a stage while attempts of its tasks still run on
   * others: their markers are not those of crashed processes.
   */
  @Test
  void markersOfLiveAttemptsAreNotTakenForThoseOfCrashedProcesses() throws Exception {
    List<Row> rows = rows("a", "b", CRASHING, "c");
    FakeTask crashed = new FakeTask();
    crashing(crashed, rows);
    FakeTask alone = new FakeTask();
    crashing(alone, rows); // its row runs alone, with a marker
    FakeInpainter third = new FakeInpainter();
    executor(third);
    List<Row> meta = runInFullBatches(new FakeTask().seesAlive(crashed).seesAlive(alone), rows);
    assertThat(meta).hasSize(4).extracting(InpaintPartitionTest::code).containsOnly("none");
    assertThat(third.batches()).as("together").hasSize(1);
  }

  @Test
  void rowsArePublishedWhenTheyFillAFile() {
    publish = new PublishSettings(Duration.ofHours(1), 2);
    MemoryPublication publication = new MemoryPublication();
    process(settings(1), new FakeTask(), rows("a", "b", "c", "d", "e"), publication, executor);
    assertThat(publication.files).extracting(List::size).containsExactly(2, 2, 1);
  }

  /** A row that takes long does not keep the finished ones from being published. */
  @Test
  void finishedRowsArePublishedAfterTheIntervalWhateverTheOthersDo() throws Exception {
    publish = new PublishSettings(Duration.ofMillis(200), 1000);
    MemoryPublication publication = new MemoryPublication();
    executor(new FakeInpainter((inputs, cancellation) -> testEnd.await()));
    ExecutorContext context = executor;
    TaskSettings settings = settings(1);
    FakeTask task = new FakeTask();
    List<Row> rows = new ArrayList<>(rows("slow"));
    rows.add(row("a", temp.resolve("missing").toString(), "a")); // fails without the model
    rows.add(row("b", temp.resolve("missing").toString(), "b"));
    Thread thread = new Thread(() -> process(settings, task, rows, publication, context));
    thread.start();
    while (publication.rows().size() < 2) {
      Thread.sleep(20);
    }
    assertThat(publication.rows())
        .extracting(row -> row.<String>getAs("id"))
        .containsExactlyInAnyOrder("a", "b");
    testEnd.countDown();
    thread.join();
    assertThat(publication.rows()).hasSize(3);
  }

  @Test
  void retryProcessesOnlyTheRowsThatAreNotPublished() {
    MemoryPublication publication = new MemoryPublication();
    process(settings(4), new FakeTask(), rows("a", "b"), publication, executor);
    FakeInpainter second = new FakeInpainter();
    executor(second);
    process(settings(4), new FakeTask(), rows("a", "b", "c"), publication, executor);
    assertThat(second.batches()).containsExactly(List.of("c"));
    assertThat(publication.rows()).hasSize(3);
    opened.set(0);
    process(settings(4), new FakeTask(), rows("a", "b", "c"), publication, executor);
    assertThat(opened).as("nothing is left, so no model is opened").hasValue(0);
  }

  /** A killed task has not read all of its rows: those that it has must not count as all. */
  @Test
  void taskThatIsKilledBetweenTwoRowsDoesNotEndInGoodOrder() {
    FakeTask task = new FakeTask();
    task.interrupt();
    MemoryPublication publication = new MemoryPublication();
    assertThatThrownBy(() -> process(settings(4), task, rows("a", "b"), publication, executor))
        .isInstanceOf(CancellationException.class);
    assertThat(publication.files).isEmpty();
  }

  /** The rows that are in the lane are finished; Spark runs the task again elsewhere. */
  @Test
  void taskWhoseExecutorIsToldToGoPublishesWhatItHasAndLeavesTheRest() throws Exception {
    MemoryPublication publication = new MemoryPublication();
    List<Row> rows = rows(IntStream.range(0, 20).mapToObj(i -> "r" + i).toArray(String[]::new));
    int inFlight = leave(publication, rows);
    assertThat(publication.rows()).hasSize(inFlight);
    process(settings(1), new FakeTask(), rows, publication, executor);
    assertThat(publication.rows())
        .as("elsewhere")
        .hasSize(20)
        .extracting(InpaintPartitionTest::code)
        .containsOnly("none");
  }

  /** Otherwise the rows of this part could be published twice. */
  @Test
  void taskWhoseAttemptsCannotShareItsRowsPublishesNoPart() throws Exception {
    MemoryPublication publication = new MemoryPublication(false);
    leave(publication, rows(IntStream.range(0, 20).mapToObj(i -> "r" + i).toArray(String[]::new)));
    assertThat(publication.rows()).isEmpty();
  }

  /** Tells the executor of a task to go while its first rows are in the model; returns how many. */
  private int leave(MemoryPublication publication, List<Row> rows) throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore started = new Semaphore(0);
    FakeInpainter inpainter = new FakeInpainter(FakeInpainter.gated(gate, started));
    executor(inpainter);
    ExecutorContext leaving = executor;
    FakeTask task = new FakeTask();
    ExecutorService slot = Executors.newSingleThreadExecutor();
    Future<?> attempt = slot.submit(() -> process(settings(1), task, rows, publication, leaving));
    started.acquire();
    task.leave();
    gate.release(rows.size());
    assertThatThrownBy(attempt::get).hasCauseInstanceOf(TaskKilledException.class);
    slot.shutdown();
    leaving.close();
    executor(new FakeInpainter());
    assertThat(inpainter.batches()).hasSizeBetween(1, rows.size() - 1);
    return inpainter.batches().size();
  }

  /** A file of many images is not cut up, and the loser's one is deleted. */
  @ParameterizedTest
  @EnumSource(names = "FILES", mode = EnumSource.Mode.EXCLUDE)
  void shardOfAnAttemptThatLostIsDeleted(ImageLayout shards) throws Exception {
    layout = shards;
    publish = new PublishSettings(Duration.ZERO, 1);
    MemoryPublication publication = new MemoryPublication();
    process(settings(1), new FakeTask(), rows("a", "b"), publication, executor);
    assertThat(publication.files).hasSize(1);
    assertThat(shards()).hasSize(1);
    MemoryPublication stale = new MemoryPublication();
    Publication late =
        new Publication() {
          @Override
          public boolean isIncremental() {
            return true;
          }

          @Override
          public Iterator<Row> pending(Iterator<Row> rows) {
            return stale.pending(rows); // before the winner published
          }

          @Override
          public List<Row> publish(List<Row> finished) {
            return publication.publish(finished);
          }
        };
    process(settings(1), new FakeTask(), rows("a", "b"), late, executor);
    assertThat(shards()).hasSize(1);
    assertThat(publication.rows()).hasSize(2);
  }

  private List<Path> shards() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("images"))) {
      return files.toList();
    }
  }

  @Test
  void tasksShareTheirSource() {
    assertThat(executor.source(settings(2), new FakeTask()))
        .isSameAs(executor.source(settings(4), new FakeTask()));
  }

  @Test
  void unusedModelIsClosedForAnother() {
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
  void tenThousandRowsSucceed() {
    String[] ids = IntStream.range(0, 10_000).mapToObj(i -> "r" + i).toArray(String[]::new);
    List<Row> meta = run(settings(8), new FakeTask(), rows(ids));
    assertThat(meta).extracting(row -> row.<String>getAs("id")).containsExactlyInAnyOrder(ids);
    assertThat(meta).extracting(InpaintPartitionTest::output).doesNotHaveDuplicates();
  }

  /** What the tasks of Spark, which run in this JVM, have published. */
  private static final List<MemoryPublication> IN_SPARK = new CopyOnWriteArrayList<>();

  private static InpaintPartition.Work open() {
    MemoryPublication publication = new MemoryPublication();
    IN_SPARK.add(publication);
    String name = "run-" + TaskContext.getPartitionId();
    return new InpaintPartition.Work(new TaskRows(name, List.of()), publication);
  }

  /** Through Spark, with everything that a task opens by itself. */
  @Test
  void runsInSparkWithARealModel() throws Exception {
    Path folder = Path.of(System.getProperty("bundles.dir"), "tiny-sd15-inpaint");
    ModelBundle bundle = ModelBundle.open(folder);
    TaskSettings settings =
        settings(
            new ModelSettings(
                new ModelSettings.InFolder(
                    new ModelSettings.Folder(folder.toString(), bundle.digest(), FolderKind.MODEL),
                    null),
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
      TaskCounters counters = TaskCounters.in(spark.sparkContext());
      InpaintPartition partition = new InpaintPartition(settings, MANIFEST, counters);
      IN_SPARK.clear();
      ForeachPartitionFunction<Row> task = rows -> partition.run(rows, InpaintPartitionTest::open);
      spark
          .createDataFrame(rows("a", "b", "c", "d", "e"), MANIFEST)
          .repartition(3)
          .foreachPartition(task);
      List<Row> meta = IN_SPARK.stream().flatMap(one -> one.rows().stream()).toList();
      assertThat(meta).extracting(row -> code(row)).containsOnly("none");
      assertThat(meta)
          .extracting(row -> row.<String>getAs("id"))
          .containsExactlyInAnyOrder("a", "b", "c", "d", "e");
      assertThat(meta).allSatisfy(row -> assertThat(Path.of(output(row))).exists());
      assertThat(counters.succeeded().value()).isEqualTo(5);
      assertThat(counters.busyMillis().value()).isPositive();
      assertThat(counters.modelCalls().value())
          .as("five images of four steps, alone or together")
          .isBetween(4.0, 20.0);
      SparkTask any = new SparkTask(null);
      assertThat(any.isLeaving()).isFalse();
      SparkEnv.get().blockManager().decommissionSelf(); // as Spark does with an executor
      assertThat(any.isLeaving()).isTrue();
    }
  }

  private void executor(FakeInpainter inpainter) {
    ExecutorGuard guard = TestImages.guard();
    executor =
        new ExecutorContext(
            new ExecutorModels(
                (model, device) -> {
                  opened.incrementAndGet();
                  return inpainter;
                },
                guard),
            guard);
  }

  private List<Row> run(TaskSettings settings, FakeTask task, List<Row> rows) {
    MemoryPublication publication = new MemoryPublication();
    process(settings, task, rows, publication, executor);
    return publication.rows();
  }

  /**
   * Runs a task whose batches of four wait until they are full, since another task is announced.
   */
  private List<Row> runInFullBatches(FakeTask context, List<Row> rows) throws Exception {
    TaskSettings settings = settings(4);
    try (Lane.Arrival other = executor.model(settings, new FakeTask()).lane().arrival()) {
      other.announce();
      return run(settings, context, rows);
    }
  }

  private void process(
      TaskSettings settings,
      FakeTask signals,
      List<Row> rows,
      Publication publication,
      ExecutorContext context) {
    try {
      partition(settings).run(rows.iterator(), work(rows, publication), context, signals);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      signals.complete();
    }
  }

  private InpaintPartition.Work work(List<Row> rows, Publication publication) {
    List<String> keys = rows.stream().map(row -> row.<String>getAs(RowColumns.KEY)).toList();
    return new InpaintPartition.Work(new TaskRows(task, keys), publication);
  }

  private InpaintPartition partition(TaskSettings settings) {
    return new InpaintPartition(settings, MANIFEST, progress);
  }

  private TaskSettings settings(int maxImages) {
    return settings(
        new ModelSettings(
            new ModelSettings.InFolder(
                new ModelSettings.Folder("/no/such/model", "digest", FolderKind.MODEL), null),
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
        TestImages.laneSettings(maxImages, Duration.ofHours(1)),
        new FetchSettings(
            Duration.ofSeconds(5),
            1 << 20,
            0,
            4,
            new FetchSettings.AllowLists(List.of(), List.of(temp.toString()), List.of()),
            FetchSettings.RequestSettings.DEFAULT),
        TestImages.settings(),
        new OutputSettings(
            new OutputSettings.Images(temp.resolve("images").toString(), new ImageKeys(1)),
            layout,
            false,
            new OutputSettings.Previews(temp.resolve("previews").toString(), 0),
            temp.resolve("marks").toString(),
            new WebhookSettings(
                null, Duration.ofSeconds(1), 0, temp.resolve("webhooks").toString()),
            publish),
        new TaskSettings.RowSettings(
            traits,
            new RowDefaults(
                new GenerationParameters(
                    TestImages.SIDE,
                    TestImages.SIDE,
                    1,
                    4,
                    GuidanceSchedule.of(7.5),
                    1,
                    SchedulerChoice.DEFAULT),
                new RowDefaults.Prompts(null, null, false, ""),
                null,
                false,
                7L,
                RowDefaults.References.NONE,
                RowDefaults.Masks.NONE),
            new RunInfo("fake", "digest", null, null, null, "images"),
            QualitySettings.NONE),
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

  private static void containsNoImage(Path folder) throws Exception {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }
}
