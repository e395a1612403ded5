package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.lease.LeaseOfTest;
import io.spackle.jobs.lease.LeaseRecord;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.MergedFiles.Merge;
import io.spackle.jobs.output.SimulatedStore.Operation;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The files a, b and c become one, or the file a gets another content, while a process is killed or
 * suspended before each of its operations in turn. Each line of a file is a row.
 */
class MergedFilesTest {

  private static final Path META = new Path("sim:///out/meta");
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Merge MERGE =
      new Merge("m.parquet", List.of("a.parquet", "b.parquet", "c.parquet"));

  /** What happens before an operation of the process. */
  private static final class At implements SimulatedStore.World {
    private final List<List<String>> seen = new ArrayList<>();
    private int left;
    private Change then;

    @Override
    public void before(Operation operation) throws IOException {
      seen.add(rows());
      if (then != null && left-- == 0) {
        Change change = then;
        then = null;
        change.make();
      }
    }

    boolean isReached() {
      return then == null;
    }
  }

  private interface Change {
    void make() throws IOException;
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private At at;
  private AtomicFiles files;

  @BeforeEach
  void start() throws IOException {
    at = new At();
    SimulatedStore.reset(at);
    files = AtomicFiles.of(META, SimulatedFiles.configuration());
    take("one");
    for (String name : List.of("a", "b", "c")) {
      write(new Path(META, name + ".parquet"), name + "1\n" + name + "2\n");
    }
    files.system().mkdirs(MergedFiles.folder(META));
    at.seen.clear();
  }

  @Test
  void aMergeThatIsKilledAnywhereNeitherLosesNorRepeatsARow() throws IOException {
    for (int step = 0; kill(step, MergedFilesTest::merge); step++) {
      assertThat(at.seen)
          .as("readers may see a row twice for a moment, but never miss one")
          .allSatisfy(rows -> assertThat(rows).contains("a1", "a2", "b1", "b2", "c1", "c2"));
      assertThat(rows())
          .as("after the next run, killed before operation %d", step)
          .containsExactlyInAnyOrder("a1", "a2", "b1", "b2", "c1", "c2");
      assertThat(files("/out/meta/_merges")).isEmpty();
      start();
    }
    assertThat(rows()).containsExactly("a1", "a2", "b1", "b2", "c1", "c2");
    assertThat(files("/out/meta")).contains("/out/meta/m.parquet");
  }

  @Test
  void aMergeThatWasTakenOverChangesNothingAnyMore() throws IOException {
    for (int step = 0; suspend(step, MergedFilesTest::merge); step++) {
      assertThat(rows())
          .as("suspended before operation %d", step)
          .containsExactlyInAnyOrder("a1", "a2", "b1", "b2", "c1", "c2");
      start();
    }
  }

  @Test
  void aRepeatedMergeChangesNothing() throws IOException {
    RunFiles run = run("one");
    merge(run);
    new MergedFiles(run, META).merge(MERGE);
    assertThat(rows()).containsExactly("a1", "a2", "b1", "b2", "c1", "c2");
    assertThat(files("/out/meta/_merges")).isEmpty();
  }

  @Test
  void aFileIsReplacedAtOnePointInTimeWhereverItsProcessIsKilled() throws IOException {
    for (int step = 0; kill(step, MergedFilesTest::replace); step++) {
      assertThat(at.seen)
          .allSatisfy(
              rows ->
                  assertThat(rows)
                      .isIn(
                          List.of("a1", "a2", "b1", "b2", "c1", "c2"),
                          List.of("a1", "new", "b1", "b2", "c1", "c2")));
      start();
    }
    assertThat(rows()).contains("new").doesNotContain("a2");
    replaceAgain();
    assertThat(rows()).contains("new").doesNotContain("a2");
  }

  private void replaceAgain() throws IOException {
    at.then = null;
    new MergedFiles(run("one"), META).replace("a.parquet");
  }

  private static void merge(RunFiles run) throws IOException {
    complete(run, "m.parquet", "a1\na2\nb1\nb2\nc1\nc2\n");
    new MergedFiles(run, META).merge(MERGE);
  }

  private static void replace(RunFiles run) throws IOException {
    complete(run, "a.parquet", "a1\nnew\n");
    new MergedFiles(run, META).replace("a.parquet");
  }

  private static void complete(RunFiles run, String name, String content) throws IOException {
    run.writeHidden(MergedFiles.hidden(name), out -> out.write(content.getBytes(UTF_8)));
  }

  /** What a run does. */
  private interface Work {
    void make(RunFiles run) throws IOException;
  }

  /** Returns whether the work has as many operations. */
  private boolean kill(int step, Work work) throws IOException {
    at.left = step;
    at.then =
        () -> {
          throw new Killed();
        };
    try {
      work.make(run("one"));
    } catch (Killed e) {
      takeOver();
    }
    return at.isReached();
  }

  private boolean suspend(int step, Work work) throws IOException {
    at.left = step;
    at.then = this::takeOver;
    try {
      work.make(run("one"));
    } catch (Lease.LostException e) {
      assertThat(at.isReached()).isTrue();
    }
    return at.isReached();
  }

  /** The next run completes what was begun. */
  private void takeOver() throws IOException {
    SimulatedStore.passUntil(SimulatedStore.now() + TIMEOUT.toMillis() + 1000);
    new MergedFiles(take("two").files(), META).finishAll();
  }

  private Lease take(String run) throws IOException {
    LeaseOfTest.Clock clock =
        new LeaseOfTest.Clock() {
          @Override
          public long millis() {
            return SimulatedStore.now();
          }

          @Override
          public void sleep(Duration time) {
            SimulatedStore.passUntil(SimulatedStore.now() + time.toMillis());
          }
        };
    Instant since = Instant.ofEpochMilli(SimulatedStore.now());
    LeaseRecord record = new LeaseRecord(run, "host", "machine of " + run, 1, since, TIMEOUT);
    return LeaseOfTest.take(files, META, record, () -> {}, clock);
  }

  private static RunFiles run(String name) throws IOException {
    return RunFiles.ofTask(META, name, SimulatedFiles.configuration());
  }

  private void write(Path file, String text) throws IOException {
    try (var out = files.system().create(file, true)) {
      out.write(text.getBytes(UTF_8));
    }
  }

  /** The rows that a reader of the folder sees. */
  private static List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (String file : files("/out/meta")) {
      if (file.matches("/out/meta/[^/]+[.]parquet")) {
        byte[] content = SimulatedStore.entries().get(file).content();
        new String(content, UTF_8).lines().forEach(rows::add);
      }
    }
    return rows;
  }

  private static List<String> files(String folder) {
    return SimulatedStore.below(folder).entrySet().stream()
        .filter(entry -> !entry.getValue().isFolder())
        .map(Map.Entry::getKey)
        .toList();
  }
}
