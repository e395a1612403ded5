package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.jobs.output.MergedFiles.Merge;
import io.spackle.jobs.output.MetaLines.Line;
import io.spackle.jobs.output.SimulatedStore.Entry;
import io.spackle.jobs.output.SimulatedStore.Kind;
import io.spackle.jobs.output.SimulatedStore.Operation;
import io.spackle.row.MetaRow;
import io.spackle.webhook.WebhookCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What must hold after each operation of a history, and at its end. */
final class Invariants {

  /** What the messages of refused operations begin with. */
  static final String REFUSED = "refused: ";

  static final String META = "/out/meta";
  private static final String STAGED = META + "/_staged";
  private static final String MERGES = META + "/_merges";
  static final String IMAGES = "/out/images";
  private static final String MARKS = "/out/.spackle-marks";
  private static final String FENCE = ".fence";
  private static final Pattern FENCE_IN_PLACE = Pattern.compile(META + "/\\.spackle-(run\\d+)");
  private static final Pattern FENCE_BESIDE =
      Pattern.compile(META + "/\\.spackle-(run\\d+)\\.fence");
  private static final long SETTLING = 10_000;

  private final boolean isObjectStore;
  private final Set<String> violations = new TreeSet<>();

  /** When each run was fenced. */
  private final Map<String, Long> fenced = new HashMap<>();

  /** The outcomes for which a webhook was called, with the body. */
  private final Map<String, String> sent = new HashMap<>();

  /** Images that are written when nobody looks for orphans any more. */
  private final Set<String> late = new HashSet<>();

  private SimulatedProcess holder;
  private final Set<String> swept = new HashSet<>();

  /** The newest form of each row that was published. */
  private final Map<String, Line> newest = new HashMap<>();

  /** The published and staged rows so far, by their keys. */
  private final Map<String, Set<Line>> everPublished = new HashMap<>();

  /** The processes that have marked a row before they started it. */
  private final Map<String, Set<SimulatedProcess>> marking = new HashMap<>();

  Invariants(boolean isObjectStore) {
    this.isObjectStore = isObjectStore;
  }

  Set<String> violations() {
    return violations;
  }

  /** The file that fences the run of a process. */
  String fence(SimulatedProcess process) {
    return META + "/.spackle-" + process.run() + (isObjectStore ? FENCE : "");
  }

  /**
   * Whether a change must do no harm however late it comes: it replaces a meta file, which the
   * store must refuse if the file has changed. For new files and deletions nobody can tell, see
   * {@link io.spackle.jobs.lease.Lease}.
   */
  boolean mayComeLate(Operation operation) {
    return operation.kind() == Kind.REPLACE && isMeta(operation.path());
  }

  /** A process marks a row before it starts it. */
  void marks(String key, SimulatedProcess process) {
    marking.computeIfAbsent(key, unused -> new HashSet<>()).add(process);
  }

  /**
   * A run takes a row for the cause of crashes. An executor of an earlier run that is still alive,
   * out of reach, looks to it like one that has crashed.
   */
  void blames(String key, String run) {
    Set<SimulatedProcess> processes = marking.get(key);
    long crashed = processes.stream().filter(SimulatedProcess::isDead).count();
    boolean areAllKnown =
        processes.stream().allMatch(process -> process.isDead() || process.run().equals(run));
    if (crashed < 2 && areAllKnown && !fenced.containsKey(run)) {
      violations.add(key + " is quarantined, but fewer than two processes crashed with it");
    }
  }

  /** A run has acquired the lease. */
  void acquires(SimulatedProcess driver) {
    holder = driver;
  }

  /** A run changes the table, which no fence guards. */
  void commits(SimulatedProcess driver) {
    if (holder != driver) {
      violations.add(driver + " changes the table, but " + holder + " has acquired the lease");
    }
  }

  /** A task has failed. */
  void taskFailed(Throwable cause) {
    for (Throwable e = cause; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith(REFUSED + Kind.DELETE) && isUnneeded(message)) {
        violations.add("a task fails because it cannot delete a file that is not needed");
      }
    }
  }

  private static boolean isUnneeded(String path) {
    return path.contains("/.spackle-new-") || path.contains("/trash-");
  }

  /** Checks what an operation has changed. */
  void check(Operation operation, SimulatedProcess process) {
    recordFence(operation.path());
    if (operation.touches(file -> isMeta(file) || isStaged(file) || isImage(file))) {
      checkPublished();
    }
    requireNotFenced(operation, process);
    if (isOver(process.run())) {
      late.add(operation.path());
      late.add(operation.to());
    }
  }

  /** A run begins to look for orphaned images: its tasks have ended, or are out of reach. */
  void sweeps(String run) {
    swept.add(run);
  }

  /** Whether a run has ended or is fenced, or a run that ended itself has taken its folder away. */
  private boolean isOver(String run) {
    return fenced.containsKey(run)
        || swept.contains(run)
        || !isObjectStore && !SimulatedStore.entries().containsKey(META + "/.spackle-" + run);
  }

  private void recordFence(String path) {
    Matcher fence = (isObjectStore ? FENCE_BESIDE : FENCE_IN_PLACE).matcher(path);
    if (fence.matches() && isFile(path)) {
      fenced.putIfAbsent(fence.group(1), History.now());
    }
  }

  private static boolean isFile(String path) {
    Entry entry = SimulatedStore.entries().get(path);
    return entry != null && !entry.isFolder();
  }

  private void requireNotFenced(Operation operation, SimulatedProcess process) {
    Long since = fenced.get(process.run());
    boolean isAllowed =
        isObjectStore
            && since != null
            && (History.now() - since <= SETTLING || mayComeLate(operation));
    boolean isOwnMarker = operation.path().endsWith("@" + process.name());
    if (since != null && !isAllowed && !isOwnMarker && operation.touches(Invariants::isOfOutput)) {
      violations.add("the fenced " + process + " makes " + operation);
    }
  }

  /** What belongs to the output as a whole; images of leftover tasks are harmless. */
  private static boolean isOfOutput(String path) {
    return isMeta(path)
        || isStaged(path)
        || path.equals("/out/summary.json")
        || path.startsWith(MARKS);
  }

  private static boolean isMeta(String path) {
    return path.startsWith(META + "/")
        && path.indexOf('/', META.length() + 1) < 0
        && path.endsWith(".parquet");
  }

  private static boolean isStaged(String path) {
    return path.startsWith(STAGED + "/");
  }

  private static boolean isImage(String path) {
    return path.startsWith(IMAGES + "/");
  }

  /**
   * Each row is there once, in its newest form or one that is newer, with its image. Readers may
   * see the rows of merged files twice.
   */
  private void checkPublished() {
    Map<String, Line> rows = new HashMap<>();
    for (Line line : published()) {
      remember(line);
      String row = SimulatedManifest.row(line.key());
      if (rows.put(row, line) != null) {
        violations.add(row + " is published twice");
      }
    }
    newest.forEach(
        (row, line) -> {
          if (!rows.containsKey(row)) {
            violations.add(row + " is not published any more");
          } else if (rows.get(row).paintMillis() < line.paintMillis()) {
            violations.add(row + " is published in an older form");
          }
        });
    newest.putAll(rows);
    staged().forEach(this::remember);
  }

  private void remember(Line line) {
    everPublished.computeIfAbsent(line.key(), unused -> new HashSet<>()).add(line.published());
    if (!line.image().isEmpty() && !isFile(IMAGES + "/" + line.image())) {
      violations.add("the image " + line.image() + " of a published row is missing");
    }
  }

  /** The published rows; those of a merged file once, even while its sources are being deleted. */
  static List<Line> published() {
    Set<String> merged = sourcesOfMerged();
    List<Line> lines = new ArrayList<>();
    SimulatedStore.below(META)
        .forEach(
            (file, entry) -> {
              if (isMeta(file) && !merged.contains(file)) {
                lines.addAll(entry.lines());
              }
            });
    return lines;
  }

  private static Set<String> sourcesOfMerged() {
    Set<String> sources = new HashSet<>();
    for (Entry announcement : SimulatedStore.below(MERGES).values()) {
      Merge merge = announcement.merge();
      if (isFile(META + "/" + merge.target())) {
        merge.sources().forEach(source -> sources.add(META + "/" + source));
      }
    }
    return sources;
  }

  private static List<Line> staged() {
    List<Line> lines = new ArrayList<>();
    SimulatedStore.below(STAGED).values().forEach(entry -> lines.addAll(entry.lines()));
    return lines;
  }

  /** A webhook is called. Returns whether it was called for this outcome before. */
  boolean call(WebhookCall call) {
    String body = new String(call.body(), UTF_8);
    boolean isPublished =
        everPublished.getOrDefault(call.rowKey(), Set.of()).stream()
            .anyMatch(line -> MetaRow.toJson(line.row()).equals(body));
    if (!isPublished) {
      violations.add("the webhook of " + call.rowKey() + " is called with an unpublished body");
    }
    String before = sent.put(call.outcome(), body);
    if (before != null && !before.equals(body)) {
      violations.add("two bodies of " + call.rowKey() + " have the same id");
    }
    return before != null;
  }

  /** What must hold once a last run has ended that met no fault. */
  Set<String> atTheEnd(List<String> keys) {
    Set<String> missing = new TreeSet<>();
    List<Line> published = published();
    Set<String> present = new TreeSet<>();
    published.forEach(line -> present.add(line.key()));
    if (!present.equals(new TreeSet<>(keys))) {
      missing.add("the rows " + present + " are published at the end, expected " + keys);
    }
    boolean areMerged = SimulatedStore.below(STAGED).containsKey(STAGED + "/.merged");
    if (!staged().isEmpty() && !areMerged || !SimulatedStore.below(MERGES).isEmpty()) {
      missing.add("rows are staged or merges announced at the end");
    }
    Set<String> named = new HashSet<>();
    for (Line line : published) {
      named.add(line.image());
      if (!sent.containsKey(MetaRow.outcome(line.row()))) {
        missing.add("the webhook of " + line.key() + " was never called");
      }
    }
    for (String image : SimulatedStore.below(IMAGES).keySet()) {
      String name = image.substring(IMAGES.length() + 1);
      if (!name.startsWith("._") && !named.contains(name) && !late.contains(image)) {
        missing.add("the orphaned image " + name + " is left");
      }
    }
    return missing;
  }
}
