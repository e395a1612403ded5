package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseOfTest;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.History.Event;
import io.spackle.jobs.output.SimulatedProcess.Steps;
import io.spackle.row.MetaRow;
import io.spackle.webhook.WebhookCall;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A run: its driver, step by step, with the tasks that it starts on two executors. What Spark does
 * in a job is done here in a few lines; leases, publishing, deletion and webhooks are the real
 * ones.
 */
final class SimulatedRun implements Steps {

  static final int ROWS = 6;
  private static final int TASKS = 2;
  private static final int MOST_FAILURES = 4;
  private static final Configuration HADOOP = configuration();

  private final History history;
  private final String name;
  private final SimulatedProcess driver;
  private final List<SimulatedProcess> executors = new ArrayList<>();
  private final List<List<SimulatedAttempt>> tasks = new ArrayList<>();
  private final Path root;
  private final Path meta;
  private Lease lease;
  private boolean isLost;
  private State state = State.ACQUIRE;

  private enum State {
    ACQUIRE,
    PLAN,
    INPAINT,
    SWEEP,
    CLEAR,
    SETTLE,
    SUMMARIZE,
    RELEASE,
    ENDED
  }

  SimulatedRun(History history, String name, boolean isObjectStore) {
    this.history = history;
    this.name = name;
    this.driver = new SimulatedProcess(name, "driver");
    this.root = new Path(isObjectStore ? "s3a://sim/out" : "sim:///out");
    this.meta = new Path(root, "meta");
  }

  private static Configuration configuration() {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.sim.impl", SimulatedFiles.class.getName());
    hadoop.set("fs.AbstractFileSystem.sim.impl", SimulatedFiles.Context.class.getName());
    hadoop.set("fs.s3a.impl", SimulatedObjects.class.getName());
    hadoop.setClassLoader(SimulatedRun.class.getClassLoader());
    return hadoop;
  }

  SimulatedProcess driver() {
    return driver;
  }

  boolean hasEnded() {
    return state == State.ENDED || driver.isDead();
  }

  /** Empties the lease of a process that crashed with its machine; returns whether it had one. */
  static boolean tearLease(SimulatedProcess process) {
    String claim = Invariants.META + "/.spackle-" + process.run() + "/claim";
    boolean isThere = SimulatedStore.entries().containsKey(claim);
    if (isThere) {
      SimulatedStore.put(claim, new byte[0]);
    }
    return isThere;
  }

  @Override
  public boolean step() {
    try {
      if (isLost && state.compareTo(State.RELEASE) < 0) {
        lease.requireHeld();
      }
      state = next();
    } catch (RefusedException e) {
      history.happens(Event.RUN_REFUSED);
      state = State.ENDED;
    } catch (Lease.LostException e) {
      history.happens(Event.LEASE_LOST);
      fail();
    } catch (IOException | RuntimeException e) {
      history.log("fails: " + e);
      fail();
    }
    return state != State.ENDED;
  }

  private void fail() {
    state = lease == null || state == State.RELEASE ? State.ENDED : State.RELEASE;
  }

  private State next() throws IOException {
    return switch (state) {
      case ACQUIRE -> acquire();
      case PLAN -> plan();
      case INPAINT -> inpaint();
      case SWEEP -> sweep();
      case CLEAR -> clear();
      case SETTLE -> settle();
      case SUMMARIZE -> summarize();
      case RELEASE -> release();
      case ENDED -> State.ENDED;
    };
  }

  private State acquire() throws IOException {
    history.log("starts");
    AtomicFiles files = AtomicFiles.of(meta, HADOOP);
    LeaseRecord record =
        new LeaseRecord(name, "host", "unknown", 1, Instant.EPOCH.plusMillis(1), History.TIMEOUT);
    Lease taken = LeaseOfTest.take(files, meta, record, this::lose, clock());
    lease = taken;
    history.start(driver, this::beat);
    return State.PLAN;
  }

  private LeaseOfTest.Clock clock() {
    return new LeaseOfTest.Clock() {
      @Override
      public long millis() {
        return History.now();
      }

      @Override
      public void sleep(Duration time) {
        history.happens(Event.TAKEOVER);
        history.waits(time);
      }
    };
  }

  private void lose() {
    isLost = true;
    if (history.random(2) == 0) {
      history.killTasks(name, driver); // otherwise its executors are out of reach
    }
  }

  private boolean beat() {
    if (!hasEnded()) {
      LeaseOfTest.beat(lease);
      history.waits(History.TIMEOUT.dividedBy(4));
    }
    return !hasEnded();
  }

  private State plan() throws IOException {
    lease.requireHeld();
    Set<String> done = new HashSet<>();
    publishedNow().forEach(line -> done.add(line.key()));
    for (int executor = 0; executor < 2; executor++) {
      executors.add(new SimulatedProcess(name, "executor" + executor));
    }
    for (int task = 0; task < TASKS; task++) {
      int number = task;
      List<String> rows =
          IntStream.range(0, ROWS)
              .filter(row -> row % TASKS == number)
              .mapToObj(row -> "row" + row)
              .filter(row -> !done.contains(row))
              .toList();
      if (!rows.isEmpty()) {
        tasks.add(new ArrayList<>(List.of(attempt(number, rows))));
      }
    }
    return State.INPAINT;
  }

  private SimulatedAttempt attempt(int task, List<String> rows) {
    int executor = history.random(executors.size());
    if (executors.get(executor).isDead()) {
      executors.set(executor, new SimulatedProcess(name, "executor" + executor + "b"));
    }
    SimulatedAttempt attempt =
        new SimulatedAttempt(
            history, new SimulatedAttempt.Place(root, name, executors.get(executor)), task, rows);
    history.start(attempt.process(), attempt);
    return attempt;
  }

  private State inpaint() throws IOException {
    history.waits(Duration.ofMillis(100 + history.random(1000)));
    boolean isDone = true;
    for (List<SimulatedAttempt> attempts : tasks) {
      boolean hasSucceeded = attempts.stream().anyMatch(SimulatedAttempt::hasSucceeded);
      isDone &= hasSucceeded;
      if (!hasSucceeded) {
        repeatIfNeeded(attempts);
      }
    }
    if (isDone) {
      history.killTasks(name, driver);
    }
    return isDone ? State.SWEEP : State.INPAINT;
  }

  private void repeatIfNeeded(List<SimulatedAttempt> attempts) throws IOException {
    boolean areLost = attempts.stream().allMatch(SimulatedAttempt::isLost);
    if (areLost && attempts.size() > MOST_FAILURES) {
      throw new IOException("a task has failed too often");
    }
    boolean isDuplicate = !areLost && history.isDisturbed() && history.random(30) == 0;
    if (isDuplicate) {
      history.happens(Event.DUPLICATE_ATTEMPT);
    }
    if (areLost || isDuplicate) {
      attempts.add(attempts.get(0).again(this::attempt));
    }
  }

  private State sweep() throws IOException {
    lease.requireHeld();
    history.invariants().sweeps(name);
    // Spark ends all attempts of a task but one as failed or killed.
    boolean anyTaskLost = tasks.stream().anyMatch(attempts -> attempts.size() > 1);
    if (lease.orphansPossible() || anyTaskLost) {
      deleteOrphans();
    }
    lease.orphansDeleted();
    lease.done();
    return State.CLEAR;
  }

  /** As {@link OrphanCleanup}, without Spark. */
  private void deleteOrphans() throws IOException {
    Instant latest = lease.confirm();
    RunFiles files = RunFiles.ofTask(meta, name, HADOOP);
    List<String> images = names(files.files(), new Path(root, "images"));
    publishedNow().forEach(line -> images.remove(line.image()));
    for (String orphan : images) {
      files.deleteIfOld(new Path(root, "images/" + orphan), latest);
    }
  }

  private State clear() throws IOException {
    lease.files().delete(new Path(root, ".spackle-marks"));
    return State.SETTLE;
  }

  /** As WebhookSettlement: calls the webhooks of rows whose outcome has no record. */
  private State settle() throws IOException {
    lease.requireHeld();
    AtomicFiles files = AtomicFiles.of(meta, HADOOP);
    Path folder = new Path(root, "webhooks");
    Set<String> recorded = new HashSet<>();
    for (String file : names(files, folder)) {
      recorded.addAll(new String(files.read(new Path(folder, file)), UTF_8).lines().toList());
    }
    List<WebhookCall> calls = new ArrayList<>();
    for (MetaLines.Line line : publishedNow()) {
      if (!recorded.contains(MetaRow.outcome(line.row()))) {
        calls.add(WebhookCall.of(line.row(), SimulatedAttempt.WEBHOOK));
      }
    }
    SimulatedAttempt.send(calls, history, root);
    return State.SUMMARIZE;
  }

  private State summarize() throws IOException {
    lease.requireHeld();
    lease.files().write(new Path(root, "summary.json"), name.getBytes(UTF_8));
    return State.RELEASE;
  }

  private State release() {
    LeaseOfTest.release(lease);
    history.log("ends");
    return State.ENDED;
  }

  /** The published rows, as Spark reads them. */
  private List<MetaLines.Line> publishedNow() throws IOException {
    AtomicFiles files = AtomicFiles.of(meta, HADOOP);
    List<MetaLines.Line> lines = new ArrayList<>();
    for (String file : names(files, meta)) {
      if (file.endsWith(".parquet")) {
        lines.addAll(MetaLines.parsed(files.read(new Path(meta, file))));
      }
    }
    return lines;
  }

  private static List<String> names(AtomicFiles files, Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.system().listStatus(folder)) {
        if (status.isFile() && !status.getPath().getName().startsWith(".")) {
          names.add(status.getPath().getName());
        }
      }
    } catch (FileNotFoundException e) {
      // There is no file yet.
    }
    return names;
  }

  static Configuration hadoop() {
    return HADOOP;
  }
}
