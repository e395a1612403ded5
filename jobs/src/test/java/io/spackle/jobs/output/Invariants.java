package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

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

  private final Set<String> swept = new HashSet<>();

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
   * Whether a change does no harm however late it comes: the store checks its condition, or it
   * deletes an image that is older than any that another run could make.
   */
  boolean mayComeLate(Operation operation) {
    return operation.kind() == Kind.DELETE && isImage(operation.path());
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
    if (operation.touches(file -> isMeta(file) || isImage(file))) {
      checkPublished();
    }
    requireNotFenced(operation, process);
    if (fenced.containsKey(process.run()) || swept.contains(process.run())) {
      late.add(operation.path());
      late.add(operation.to());
    }
  }

  /** A run begins to look for orphaned images: its tasks have ended, or are out of reach. */
  void sweeps(String run) {
    swept.add(run);
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
    boolean isMarking = operation.path().startsWith(MARKS) && operation.kind() != Kind.DELETE;
    if (since != null && !isAllowed && !isMarking && operation.touches(Invariants::isOfOutput)) {
      violations.add("the fenced " + process + " makes " + operation);
    }
  }

  /** What belongs to the output as a whole; images of leftover tasks are harmless. */
  private static boolean isOfOutput(String path) {
    return isMeta(path) || path.equals("/out/summary.json") || path.startsWith(MARKS);
  }

  private static boolean isMeta(String path) {
    return path.startsWith(META) && path.endsWith(".parquet") && !path.contains("/.spackle-");
  }

  private static boolean isImage(String path) {
    return path.startsWith(IMAGES + "/");
  }

  private void checkPublished() {
    Set<String> keys = new HashSet<>();
    for (MetaLines.Line line : published()) {
      if (!keys.add(line.key())) {
        violations.add(line.key() + " is published twice");
      }
      if (!line.image().isEmpty() && !isFile(IMAGES + "/" + line.image())) {
        violations.add("the image " + line.image() + " of a published row is missing");
      }
    }
  }

  static List<MetaLines.Line> published() {
    List<MetaLines.Line> lines = new ArrayList<>();
    SimulatedStore.below(META)
        .forEach(
            (file, entry) -> {
              if (isMeta(file)) {
                lines.addAll(entry.lines());
              }
            });
    return lines;
  }

  /** A webhook is called. Returns whether it was called for this outcome before. */
  boolean call(WebhookCall call) {
    String body = new String(call.body(), UTF_8);
    boolean isPublished =
        published().stream()
            .anyMatch(
                line ->
                    line.key().equals(call.rowKey()) && MetaRow.toJson(line.row()).equals(body));
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
  Set<String> atTheEnd(int rows) {
    Set<String> missing = new TreeSet<>();
    List<MetaLines.Line> published = published();
    if (published.size() != rows) {
      missing.add(published.size() + " of " + rows + " rows are published at the end");
    }
    Set<String> named = new HashSet<>();
    for (MetaLines.Line line : published) {
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
