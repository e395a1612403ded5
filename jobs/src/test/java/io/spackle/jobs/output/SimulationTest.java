package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseOfTest;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * Histories of runs on one output, with the code of leases, publishing and deletion on a simulated
 * file system. The seed of a history decides where a process crashes, where an operation is made
 * but its answer is lost, and where a process is suspended: then another attempt of its task, or a
 * run that takes over, does all of its work before the first one continues.
 *
 * <p>After each operation no row may be published twice, no published image may be missing, and
 * nothing may be changed by a run that was fenced. After a last run without faults every row is
 * published, and no orphaned image is left.
 */
class SimulationTest {

  private static final int HISTORIES = 2000;
  private static final int ROWS = 6;
  private static final int TASKS = 2;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Configuration HADOOP = SimulatedFiles.configuration();
  private static final Path META = new Path("sim:///out/meta");
  private static final Path SUMMARY = new Path("sim:///out/summary.json");
  private static final StructType ROW = StructType.fromDDL(RowColumns.KEY + " string");
  private static final StructType META_ROW =
      StructType.fromDDL(MetaRow.ROW_KEY + " string, image string");

  @Test
  void noHistoryLosesOrRepeatsARow() throws IOException {
    Map<String, Integer> seen = new HashMap<>();
    for (int seed = 0; seed < HISTORIES; seed++) {
      History history = new History(seed, false);
      history.play();
      assertThat(history.violations).as("history %d: %s", seed, history.log).isEmpty();
      history.events.forEach(event -> seen.merge(event, 1, Integer::sum));
    }
    assertThat(seen)
        .as("what the histories had")
        .containsOnlyKeys(
            "crash", "lost answer", "duplicate attempt", "takeover", "lease lost", "refused");
    System.out.printf("%d histories: %s%n", HISTORIES, seen);
  }

  /** The simulation is worth something only if it finds faults. */
  @Test
  void historiesWithoutFencesHaveViolations() throws IOException {
    Set<String> found = new HashSet<>();
    for (int seed = 0; seed < HISTORIES / 10; seed++) {
      History history = new History(seed, true);
      history.play();
      found.addAll(history.violations);
    }
    assertThat(found).anyMatch(violation -> violation.contains("is published twice"));
    assertThat(found).anyMatch(violation -> violation.contains("is missing"));
  }

  /** The end of a simulated process. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class History implements SimulatedFiles.Steps {

    private final Random random;
    private final boolean isWithoutFences;
    private final List<String> log = new ArrayList<>();
    private final Set<String> events = new HashSet<>();
    private final Set<String> violations = new HashSet<>();
    private final Set<String> fenced = new HashSet<>();

    /** Duplicates of the attempts that are active or suspended. */
    private final List<Runnable> duplicates = new ArrayList<>();

    private String run;
    private int runs;
    private int faults;

    History(int seed, boolean isWithoutFences) {
      this.random = new Random(seed);
      this.isWithoutFences = isWithoutFences;
      this.faults = 1 + random.nextInt(4);
    }

    void play() throws IOException {
      SimulatedFiles.reset(this);
      process();
      faults = 0;
      SimulatedFiles.pass(TIMEOUT.toMillis() + 1000);
      process();
      check();
      Set<String> named = new HashSet<>();
      List<String> published = published(named);
      if (published.size() != ROWS) {
        violations.add(published.size() + " rows are published at the end");
      }
      for (String image : SimulatedFiles.list("/out/images")) {
        if (!named.contains(image)) {
          violations.add("the orphaned image " + image + " is left");
        }
      }
    }

    /** A driver with its tasks, from start to end. */
    private void process() throws IOException {
      String suspended = run;
      run = "run" + ++runs;
      log.add("start " + run);
      try {
        inpaint();
      } catch (Crash e) {
        log.add(run + " crashed");
        events.add("crash");
      } catch (RefusedException e) {
        events.add("refused");
      } catch (Lease.LostException e) {
        events.add("lease lost");
      } catch (IOException e) {
        log.add(run + " failed: " + e);
      } finally {
        run = suspended;
      }
    }

    private void inpaint() throws IOException {
      AtomicFiles files = AtomicFiles.of(META, HADOOP);
      Lease lease = LeaseOfTest.take(files, META, run, TIMEOUT, SimulatedFiles::now);
      try {
        boolean isSwept = !lease.orphansPossible();
        Set<String> done = new HashSet<>(list(files));
        for (int task = 0; task < TASKS; task++) {
          run(task, done);
        }
        lease.requireHeld();
        if (!isSwept || random.nextBoolean() || faults == 0) {
          deleteOrphans(lease, files);
          lease.orphansDeleted();
        }
        lease.files().write(SUMMARY, run.getBytes(UTF_8));
        lease.done();
      } finally {
        LeaseOfTest.release(lease);
      }
    }

    /** The keys of the published rows, as Spark reads them. */
    private static List<String> list(AtomicFiles files) throws IOException {
      List<String> keys = new ArrayList<>();
      for (var status : files.system().listStatus(META)) {
        if (status.getPath().getName().endsWith(".parquet")) {
          keys.addAll(new TextFormat().keys(files, status.getPath()));
        }
      }
      return keys;
    }

    /** Attempts of a task until one succeeds. */
    private void run(int task, Set<String> done) throws IOException {
      for (int attempt = 1; ; attempt++) {
        try {
          attempt(task, done);
          return;
        } catch (IOException e) {
          if (attempt == 3) {
            throw e;
          }
          log.add(run + " retries task " + task);
        }
      }
    }

    private void attempt(int task, Set<String> done) throws IOException {
      RunFiles files = RunFiles.ofTask(META, run, HADOOP);
      AddedFiles added = new AddedFiles(new TextFormat(), files, META, task);
      List<Row> rows = new ArrayList<>();
      IntStream.range(0, ROWS)
          .filter(row -> row % TASKS == task && !done.contains("row" + row))
          .forEach(row -> rows.add(new GenericRowWithSchema(new Object[] {"row" + row}, ROW)));
      String ours = run;
      Runnable duplicate = () -> duplicate(ours, task, done);
      duplicates.add(duplicate);
      try {
        List<Row> pending = new ArrayList<>();
        added.pending(rows.iterator()).forEachRemaining(pending::add);
        Collections.shuffle(pending, random);
        for (Row row : pending) {
          Row finished = paint(row.getString(0), files.files());
          added.publish(List.of(finished));
        }
      } finally {
        duplicates.remove(duplicate);
      }
    }

    /** Also of a run that was taken over and whose executors do not know it yet. */
    private void duplicate(String ofRun, int task, Set<String> done) {
      String active = run;
      run = ofRun;
      try {
        events.add("duplicate attempt");
        attempt(task, done);
      } catch (IOException | Crash | Lease.LostException e) {
        log.add("duplicate attempt failed: " + e);
      } finally {
        run = active;
      }
    }

    /** Writes the image of a row, as sinks do: also for a run that was fenced. Some rows fail. */
    private Row paint(String key, AtomicFiles files) throws IOException {
      boolean isFailed = random.nextInt(8) == 0;
      if (!isFailed) {
        Path image = new Path("sim:///out/images/" + key);
        files.system().create(image, true).close();
      }
      return new GenericRowWithSchema(new Object[] {key, isFailed ? "" : key}, META_ROW);
    }

    /** As {@link OrphanCleanup}, without Spark. */
    private void deleteOrphans(Lease lease, AtomicFiles files) throws IOException {
      Instant latest = lease.confirm();
      RunFiles task = RunFiles.ofTask(META, run, HADOOP);
      List<String> images = new ArrayList<>();
      try {
        for (var image : files.system().listStatus(new Path("sim:///out/images"))) {
          images.add(image.getPath().getName());
        }
      } catch (FileNotFoundException e) {
        return;
      }
      Set<String> named = new HashSet<>();
      for (var status : files.system().listStatus(META)) {
        if (status.getPath().getName().endsWith(".parquet")) {
          named.addAll(TextFormat.images(files.read(status.getPath())));
        }
      }
      images.removeAll(named);
      for (String orphan : images) {
        task.deleteIfOld(new Path("sim:///out/images/" + orphan), latest);
      }
    }

    @Override
    public void before(String operation) throws IOException {
      if (faults == 0 || random.nextInt(60) != 0) {
        return;
      }
      faults--;
      switch (random.nextInt(4)) {
        case 0 -> {
          log.add(run + " crashes before " + operation);
          throw new Crash();
        }
        case 1 -> duplicateAttempt(operation);
        default -> takeOver(operation);
      }
    }

    /** The process is suspended until its lease has expired and another run has ended. */
    private void takeOver(String operation) throws IOException {
      log.add(run + " is suspended before " + operation);
      events.add("takeover");
      if (random.nextInt(8) != 0) {
        SimulatedFiles.pass(TIMEOUT.toMillis() + 1000);
      }
      process();
      log.add(run + " continues");
    }

    private void duplicateAttempt(String operation) {
      if (!duplicates.isEmpty()) {
        log.add(run + " has a duplicate attempt before " + operation);
        duplicates.get(random.nextInt(duplicates.size())).run();
      }
    }

    @Override
    public void after(String operation, boolean isDone) throws IOException {
      recordFences();
      if (isDone) {
        requireNotFenced(operation);
        check();
      }
      if (faults > 0 && random.nextInt(120) == 0) {
        faults--;
        events.add("lost answer");
        log.add(run + " gets no answer to " + operation);
        throw new IOException("the answer is lost");
      }
    }

    private void recordFences() {
      for (int number = 1; number <= runs; number++) {
        String folder = "/out/meta/.spackle-run" + number;
        if (SimulatedFiles.content(folder) != null) {
          fenced.add("run" + number);
          if (isWithoutFences) {
            SimulatedFiles.makeFolder(folder);
          }
        }
      }
    }

    private void requireNotFenced(String operation) {
      boolean isChange =
          operation.matches("(create|delete|rename) .*(meta/run.*|summary.json|delete .*images.*)");
      boolean isDeletion = operation.matches("(delete .*images/.*|rename .*images/.*)");
      if (fenced.contains(run) && (isChange || isDeletion)) {
        violations.add("the fenced " + run + " made " + operation);
      }
    }

    private void check() {
      Set<String> named = new HashSet<>();
      List<String> published = published(named);
      Set<String> once = new HashSet<>();
      for (String key : published) {
        if (!once.add(key)) {
          violations.add(key + " is published twice");
        }
      }
      for (String image : named) {
        if (SimulatedFiles.content("/out/images/" + image) == null) {
          violations.add("the image " + image + " is missing");
        }
      }
    }

    private static List<String> published(Set<String> named) {
      List<String> keys = new ArrayList<>();
      for (String file : SimulatedFiles.list("/out/meta")) {
        if (file.endsWith(".parquet") && !file.startsWith(".")) {
          byte[] content = SimulatedFiles.content("/out/meta/" + file);
          keys.addAll(TextFormat.keys(content));
          named.addAll(TextFormat.images(content));
        }
      }
      return keys;
    }
  }

  /** Meta rows as lines of text: a key, a blank, and the name of an image or nothing. */
  private static final class TextFormat implements MetaFormat {

    @Override
    public byte[] bytes(List<Row> rows) {
      StringBuilder text = new StringBuilder();
      rows.forEach(row -> text.append(row.getString(0) + " " + row.getString(1) + "\n"));
      return text.toString().getBytes(UTF_8);
    }

    @Override
    public Set<String> keys(AtomicFiles files, Path file) throws IOException {
      return new HashSet<>(keys(files.read(file)));
    }

    static List<String> keys(byte[] content) {
      return new String(content, UTF_8).lines().map(line -> line.split(" ")[0]).toList();
    }

    static Set<String> images(byte[] content) {
      Set<String> images = new HashSet<>();
      new String(content, UTF_8)
          .lines()
          .map(line -> line.substring(line.indexOf(' ') + 1))
          .filter(image -> !image.isEmpty())
          .forEach(images::add);
      return images;
    }
  }
}
