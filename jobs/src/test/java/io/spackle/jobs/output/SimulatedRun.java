package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseOfTest;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.History.Event;
import io.spackle.jobs.output.MetaLines.Line;
import io.spackle.jobs.output.SimulatedAttempt.Listed;
import io.spackle.jobs.output.SimulatedAttempt.Place;
import io.spackle.jobs.output.SimulatedAttempt.Work;
import io.spackle.jobs.output.SimulatedJob.Task;
import io.spackle.jobs.output.SimulatedProcess.Steps;
import io.spackle.row.MetaRow;
import io.spackle.webhook.WebhookCall;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A run: its driver, step by step, with the jobs that it starts on two executors. What Spark does
 * is done here in a few lines; leases, publishing, merging, deletion, quarantine and webhooks are
 * the real ones.
 */
final class SimulatedRun implements Steps {

  private static final int TASKS = 2;
  private static final int EXECUTORS = 2;
  private static final Configuration HADOOP = configuration();

  private final History history;
  private final String name;
  private final SimulatedProcess driver;
  private final List<SimulatedProcess> executors = new ArrayList<>();
  private final Deque<SimulatedJob> jobs = new ArrayDeque<>();
  private final Path root;
  private final Path meta;
  private final SimulatedUpkeep upkeep;
  private int executorNames;
  private SimulatedJob inpainting;
  private boolean replaces;
  private Lease lease;
  private boolean isLost;
  private State state = State.ACQUIRE;

  private enum State {
    ACQUIRE,
    RECOVER,
    PLAN,
    MERGE,
    COMMIT,
    SWEEP,
    CLEAR,
    SETTLE,
    SUMMARIZE,
    COMPACT,
    RELEASE,
    ENDED
  }

  SimulatedRun(History history, String name, boolean isObjectStore) {
    this.history = history;
    this.name = name;
    this.driver = new SimulatedProcess(name, "driver");
    this.root = new Path(isObjectStore ? "s3a://sim/out" : "sim:///out");
    this.meta = new Path(root, "meta");
    this.upkeep = new SimulatedUpkeep(meta, name, HADOOP);
  }

  private static Configuration configuration() {
    Configuration hadoop = SimulatedFiles.configuration();
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
      if (isLost && (state.compareTo(State.RELEASE) < 0 || !jobs.isEmpty())) {
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
    boolean isReleased = state == State.RELEASE && jobs.isEmpty();
    jobs.clear();
    state = lease == null || isReleased ? State.ENDED : State.RELEASE;
  }

  /** What the driver does once the jobs that it has started are done. */
  private State next() throws IOException {
    if (!jobs.isEmpty()) {
      awaitJob();
      return state;
    }
    return switch (state) {
      case ACQUIRE -> acquire();
      case RECOVER -> recover();
      case PLAN -> plan();
      case MERGE -> merge();
      case COMMIT -> commit();
      case SWEEP -> sweep();
      case CLEAR -> clear();
      case SETTLE -> settle();
      case SUMMARIZE -> summarize();
      case COMPACT -> compact();
      case RELEASE -> release();
      case ENDED -> State.ENDED;
    };
  }

  private void awaitJob() throws IOException {
    if (jobs.getFirst().isDone()) {
      jobs.removeFirst();
      endLeftovers();
    } else {
      history.waits(Duration.ofMillis(300 + history.random(2000)));
    }
  }

  /** Spark tells the attempts that are left to end, but they may go on for a while. */
  private void endLeftovers() {
    if (history.isDisturbed() && history.random(4) == 0) {
      history.happens(Event.LEFTOVER_ATTEMPT);
    } else {
      history.killTasks(name, driver);
    }
  }

  private void start(List<List<Task>> all) {
    all.forEach(tasks -> jobs.add(new SimulatedJob(history, this::executor, tasks)));
  }

  private SimulatedProcess executor() {
    int index = history.random(EXECUTORS);
    while (executors.size() < EXECUTORS) {
      executors.add(new SimulatedProcess(name, "executor" + executorNames++));
    }
    if (executors.get(index).isDead()) {
      executors.set(index, new SimulatedProcess(name, "executor" + executorNames++));
    }
    return executors.get(index);
  }

  private boolean isAlive(String executor) {
    return executors.stream().anyMatch(each -> each.name().equals(executor) && !each.isDead());
  }

  private State acquire() throws IOException {
    history.log("starts");
    AtomicFiles files = AtomicFiles.of(meta, HADOOP);
    LeaseRecord record =
        new LeaseRecord(name, "host", "unknown", 1, Instant.EPOCH.plusMillis(1), History.TIMEOUT);
    Lease taken = LeaseOfTest.take(files, meta, record, this::lose, clock());
    lease = taken;
    lease.requireHeld();
    history.invariants().acquires(driver);
    history.start(driver, this::beat);
    return State.RECOVER;
  }

  private LeaseOfTest.Clock clock() {
    return new LeaseOfTest.Clock() {
      @Override
      public long millis() {
        return History.now();
      }

      @Override
      public void sleep(Duration time) {
        history.happens(Event.SETTLING);
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
      boolean isStuck = history.isDisturbed() && history.random(100) == 0;
      if (isStuck) {
        history.happens(Event.STUCK_HEARTBEAT);
      }
      history.waits(isStuck ? History.TIMEOUT.multipliedBy(3) : History.TIMEOUT.dividedBy(4));
    }
    return !hasEnded();
  }

  /** As {@link MetaUpkeep#recover}. */
  private State recover() throws IOException {
    new MergedFiles(lease.files(), meta).finishAll();
    lease.files().deleteEmpty(MergedFiles.folder(meta));
    if (StagedRows.areMerged(lease.files(), meta)) {
      lease.awaitLateRequests();
    } else {
      start(upkeep.mergeStaged());
    }
    return State.PLAN;
  }

  private State plan() throws IOException {
    lease.files().delete(StagedRows.folder(meta));
    lease.requireHeld();
    openFolder(StagedRows.folder(meta));
    List<List<Listed>> rows = new ArrayList<>();
    for (int task = 0; task < TASKS; task++) {
      rows.add(new ArrayList<>());
    }
    int number = 0;
    for (Listed row : listed()) {
      replaces |= row.replaces() != null;
      rows.get(number++ % TASKS).add(row);
    }
    List<Task> tasks = new ArrayList<>();
    for (int task = 0; task < TASKS; task++) {
      if (!rows.get(task).isEmpty()) {
        tasks.add(inpainting(new Work(task, rows.get(task))));
      }
    }
    inpainting = new SimulatedJob(history, this::executor, tasks);
    jobs.add(inpainting);
    return State.MERGE;
  }

  private void openFolder(Path folder) throws IOException {
    if (meta.toUri().getScheme().equals("sim")) {
      lease.files().files().system().mkdirs(folder);
    }
  }

  private Task inpainting(Work work) {
    return executor ->
        new SimulatedAttempt(history, new Place(root, name, executor, this::isAlive), work);
  }

  /** The rows to process: new ones, some that failed, some whose input was replaced. */
  private List<Listed> listed() throws IOException {
    Map<String, Line> done = new HashMap<>();
    Map<String, String> keyOfRow = new HashMap<>();
    for (Line line : publishedNow()) {
      done.put(line.key(), line);
      keyOfRow.put(SimulatedManifest.row(line.key()), line.key());
    }
    List<Listed> rows = new ArrayList<>();
    for (String key : history.manifest().keys()) {
      Line line = done.get(key);
      if (line == null) {
        rows.add(new Listed(key, keyOfRow.get(SimulatedManifest.row(key))));
      } else if (history.isDisturbed() && history.random(line.isFailed() ? 2 : 20) == 0) {
        history.happens(Event.ROW_REPEATED);
        rows.add(new Listed(key, key));
      }
    }
    return rows;
  }

  private State merge() throws IOException {
    lease.requireHeld();
    start(upkeep.mergeStaged());
    return State.COMMIT;
  }

  /** To a table, which no fence guards. */
  private State commit() throws IOException {
    StagedRows.close(lease.files(), meta);
    lease.requireHeld();
    history.invariants().commits(driver);
    return State.SWEEP;
  }

  private State sweep() throws IOException {
    lease.requireHeld();
    history.invariants().sweeps(name);
    if (lease.orphansPossible() || inpainting.anyTaskLost() || replaces) {
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
    for (Line line : publishedNow()) {
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
    return State.COMPACT;
  }

  private State compact() throws IOException {
    lease.requireHeld();
    List<List<Task>> merges = upkeep.compact();
    if (!merges.isEmpty()) {
      history.happens(Event.COMPACTION);
      lease.awaitLateRequests();
      openFolder(MergedFiles.folder(meta));
      start(merges);
    }
    return State.RELEASE;
  }

  private State release() {
    LeaseOfTest.release(lease);
    history.log("ends");
    return State.ENDED;
  }

  /** The published rows, as Spark reads them. */
  private List<Line> publishedNow() throws IOException {
    return upkeep.published().values().stream().flatMap(List::stream).toList();
  }

  private static List<String> names(AtomicFiles files, Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus status : SimulatedUpkeep.listed(files, folder)) {
      if (status.isFile() && !status.getPath().getName().startsWith(".")) {
        names.add(status.getPath().getName());
      }
    }
    return names;
  }

  static Configuration hadoop() {
    return HADOOP;
  }
}
