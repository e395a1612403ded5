package io.spackle.jobs.output;

import io.spackle.jobs.output.SimulatedProcess.Steps;
import io.spackle.jobs.output.SimulatedStore.Kind;
import io.spackle.jobs.output.SimulatedStore.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * One history of runs on one output: processes that take turns in steps, and what happens to them.
 * A seed decides everything, so that a history can be repeated.
 *
 * <p>At each operation on the store the process may crash or be suspended, for moments or for
 * longer than its lease lasts, while the others go on; the store may refuse the operation, lose the
 * answer, or do it later than its caller waits. A history has a few of these faults. Then a last
 * run meets none.
 */
final class History implements SimulatedStore.World {

  /** The timeout of leases. */
  static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Until a lease expires whose file is damaged. */
  private static final Duration AFTER_A_TORN_LEASE = Duration.ofMinutes(10).plusSeconds(1);

  /** The longest time from the last look for a fence to a change on an object store, see Lease. */
  private static final long SETTLING = Duration.ofSeconds(10).toMillis();

  private static final int MOST_FAULTS = 6;
  private static final int MOST_RUNS = 5;

  /** Processes that are suspended at the same time. */
  private static final int DEEPEST = 5;

  private static final int LONGEST_CALM = 200;
  private static final int OPERATIONS_PER_FAULT = 60;
  private static final int CHANGES_PER_FAULT = 15;

  /** What happens in histories. */
  enum Event {
    CRASH,
    TORN_LEASE,
    PAUSE,
    SUSPENSION,
    REFUSED_OPERATION,
    LOST_ANSWER,
    LATE_OPERATION,
    DUPLICATE_ATTEMPT,
    LEFTOVER_ATTEMPT,
    STUCK_HEARTBEAT,
    SETTLING,
    LEASE_LOST,
    RUN_REFUSED,
    PROMPT_CHANGED,
    ROW_REPEATED,
    QUARANTINE,
    COMPACTION,
    WEBHOOK_REPEATED
  }

  private final Random random;
  private final boolean isObjectStore;
  private final List<Turn> turns = new ArrayList<>();
  private final Set<Event> events = EnumSet.noneOf(Event.class);
  private final Invariants invariants;
  private final List<String> log;
  private final SimulatedManifest manifest = new SimulatedManifest();
  private SimulatedProcess current;
  private Turn turn;
  private int faults;

  /** Operations before the first fault, so that faults also meet what only later runs do. */
  private int calm;

  private int runs;
  private int depth;

  /** The end of the suspension that must be the first to end, of those that others are part of. */
  private long latestEnd = Long.MAX_VALUE;

  private int paints;
  private SimulatedRun lastRun;

  /** A process and what it does; due at some time. */
  private static final class Turn {
    private final SimulatedProcess process;
    private final Steps steps;
    private long due;

    Turn(SimulatedProcess process, Steps steps) {
      this.process = process;
      this.steps = steps;
    }
  }

  /**
   * @param isObjectStore whether the store is like S3; otherwise like HDFS
   * @param log receives what happens, or null
   */
  History(long seed, boolean isObjectStore, List<String> log) {
    this.random = new Random(seed);
    random.nextInt(); // the first numbers of neighbouring seeds are alike
    this.isObjectStore = isObjectStore;
    this.log = log;
    this.invariants = new Invariants(isObjectStore);
    this.faults = 1 + random.nextInt(MOST_FAULTS);
    this.calm = random.nextInt(2) == 0 ? 0 : random.nextInt(LONGEST_CALM);
  }

  /** Plays the history; returns what it has violated. */
  Set<String> play() {
    SimulatedStore.reset(this);
    start(new SimulatedProcess("user", "user"), this::startRuns);
    takeTurns(Long.MAX_VALUE, Integer.MAX_VALUE);
    faults = 0;
    SimulatedStore.passUntil(now() + AFTER_A_TORN_LEASE.toMillis());
    startRun();
    takeTurns(Long.MAX_VALUE, Integer.MAX_VALUE);
    Set<String> violations = new TreeSet<>(invariants.violations());
    violations.addAll(invariants.atTheEnd(manifest.keys()));
    return violations;
  }

  Set<Event> events() {
    return events;
  }

  /** A person or a scheduler who starts runs, mostly when none is active. */
  private boolean startRuns() {
    boolean isIdle = lastRun == null || lastRun.hasEnded() || !lastRun.driver().canRun();
    if (isIdle && random.nextInt(3) == 0) {
      happens(Event.PROMPT_CHANGED);
      manifest.changePrompt(random.nextInt(SimulatedManifest.ROWS));
    }
    if (isIdle || random.nextInt(20) == 0) {
      startRun();
    }
    waits(Duration.ofSeconds(random.nextInt(120)));
    return runs < MOST_RUNS && (faults > 0 || runs == 0);
  }

  private void startRun() {
    String name = "run" + ++runs;
    lastRun = new SimulatedRun(this, name, isObjectStore);
    start(lastRun.driver(), lastRun);
  }

  /** Starts something that a process does. */
  void start(SimulatedProcess process, Steps steps) {
    turns.add(new Turn(process, steps));
  }

  /** Lets what is in progress now go on after some time. */
  void waits(Duration time) {
    turn.due = now() + time.toMillis();
  }

  /** Ends everything that processes of a run do, except its driver. */
  void killTasks(String run, SimulatedProcess driver) {
    turns.removeIf(turn -> turn.process.run().equals(run) && turn.process != driver);
  }

  int random(int bound) {
    return random.nextInt(bound);
  }

  /** Whether faults are still to come. */
  boolean isDisturbed() {
    return faults > 0;
  }

  SimulatedManifest manifest() {
    return manifest;
  }

  /** A number that is different each time that a row is processed. */
  int nextPaint() {
    return ++paints;
  }

  Invariants invariants() {
    return invariants;
  }

  static long now() {
    return SimulatedStore.now();
  }

  void happens(Event event) {
    events.add(event);
    log(event.toString());
  }

  void log(Object what) {
    if (log != null) {
      log.add("%8.3f s  %-16s %s".formatted((now() - 1_000_000) / 1000.0, current, what));
    }
  }

  /** Lets processes take turns until some time, or until none has anything to do before it. */
  private void takeTurns(long until, int most) {
    for (int i = 0; i < most; i++) {
      List<Turn> ready = ready(until);
      if (ready.isEmpty()) {
        return;
      }
      take(ready.get(random.nextInt(ready.size())));
    }
  }

  private List<Turn> ready(long until) {
    turns.removeIf(turn -> turn.process.isDead());
    long next =
        turns.stream()
            .filter(turn -> turn.process.canRun())
            .mapToLong(turn -> turn.due)
            .min()
            .orElse(Long.MAX_VALUE);
    if (next == Long.MAX_VALUE || next >= until) {
      return List.of();
    }
    SimulatedStore.passUntil(next);
    return turns.stream().filter(turn -> turn.process.canRun() && turn.due <= now()).toList();
  }

  private void take(Turn next) {
    SimulatedProcess processBefore = current;
    Turn before = turn;
    current = next.process;
    turn = next;
    try {
      if (!next.steps.step()) {
        turns.remove(next);
      }
    } catch (SimulatedCrash e) {
      next.process.die();
    } finally {
      current = processBefore;
      turn = before;
    }
  }

  @Override
  public void before(Operation operation) throws IOException {
    requireAlive();
    disturb(operation);
    if (operation.kind() == Kind.STATUS && operation.path().equals(invariants.fence(current))) {
      current.looksForFence(now());
    }
  }

  private void disturb(Operation operation) throws IOException {
    calm = Math.max(0, calm - 1);
    if (calm > 0
        || faults == 0
        || random.nextInt(operation.isChange() ? CHANGES_PER_FAULT : OPERATIONS_PER_FAULT) != 0) {
      return;
    }
    faults--;
    switch (random.nextInt(6)) {
      case 0, 1 -> crash(operation);
      case 2 -> refuse(operation);
      case 3 -> suspend(operation, Event.PAUSE, 1 + random.nextInt((int) SETTLING));
      default ->
          suspend(
              operation,
              Event.SUSPENSION,
              TIMEOUT.toMillis() * (1 + random.nextInt(3)) + random.nextInt(1000));
    }
    requireAlive();
  }

  private void requireAlive() {
    if (current.isDead()) {
      throw new SimulatedCrash(false);
    }
  }

  private void crash(Operation operation) {
    happens(Event.CRASH);
    log("crashes before " + operation);
    current.die();
    if (!isObjectStore && random.nextInt(4) == 0 && SimulatedRun.tearLease(current)) {
      happens(Event.TORN_LEASE);
    }
    throw new SimulatedCrash(true);
  }

  private void refuse(Operation operation) throws IOException {
    happens(Event.REFUSED_OPERATION);
    log("is refused " + operation);
    throw new IOException(Invariants.REFUSED + operation);
  }

  /** Lets the others go on. On object stores a change must follow the look for the fence soon. */
  private void suspend(Operation operation, Event event, long millis) {
    if (depth == DEEPEST) {
      return;
    }
    long most =
        isObjectStore && !invariants.mayComeLate(operation)
            ? current.patience(now(), SETTLING)
            : Long.MAX_VALUE;
    happens(event);
    log("is suspended before " + operation);
    SimulatedProcess suspended = current;
    long end = Math.min(now() + Math.min(millis, most), latestEnd);
    long before = latestEnd;
    latestEnd = most < Long.MAX_VALUE ? end : before;
    suspended.suspend(true);
    depth++;
    takeTurns(end, event == Event.PAUSE ? 1 + random.nextInt(8) : 1 + random.nextInt(200));
    depth--;
    latestEnd = before;
    suspended.suspend(false);
    SimulatedStore.passUntil(end - 1);
    log("goes on with " + operation);
  }

  @Override
  public SimulatedProcess process() {
    return current;
  }

  @Override
  public void after(Operation operation, SimulatedProcess process) {
    if (operation.isChange()) {
      log(process == current ? operation : process + ", late: " + operation);
      invariants.check(operation, process);
      process.changes(operation.kind());
    }
  }

  @Override
  public boolean losesAnswer(Operation operation) {
    boolean isLost = isFault();
    if (isLost) {
      happens(Event.LOST_ANSWER);
      log("gets no answer to " + operation);
      if (operation.isChange()) {
        current.repeatsChange();
      }
    }
    return isLost;
  }

  /** Only requests whose condition the store checks, or should, when it comes to them. */
  @Override
  public long lateness(Operation operation) {
    boolean mayBeLate = operation.isConditional() || invariants.mayComeLate(operation);
    if (!mayBeLate || !isObjectStore || !isFault()) {
      return 0;
    }
    happens(Event.LATE_OPERATION);
    log("does not wait for " + operation);
    return 1L + random.nextInt((int) SETTLING / 2);
  }

  private boolean isFault() {
    boolean isFault = calm == 0 && faults > 0 && random.nextInt(2 * OPERATIONS_PER_FAULT) == 0;
    faults -= isFault ? 1 : 0;
    return isFault;
  }
}
