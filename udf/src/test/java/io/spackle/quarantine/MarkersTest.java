package io.spackle.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spackle.quarantine.Markers.Marker;
import io.spackle.spark.FakeTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkersTest {

  private static final String KEY = "0123abcd-2";

  @TempDir Path temp;

  @Test
  void missingFolderHasNoMarkers() {
    Markers.Remaining remaining = markers().remaining(new FakeTask());
    assertThat(remaining.tasks()).isEmpty();
    assertThat(remaining.rows()).isEmpty();
    assertThat(markers().suspects(remaining)).isEmpty();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void markersAreVisibleToOtherProcesses() {
    markers().markPart(task("run-3"), 0, 2, new FakeTask());
    markers().markRow(KEY, new FakeTask(), "me");
    markers().markRow(KEY, new FakeTask(), "other");
    Markers.Remaining remaining = markers().remaining(new FakeTask());
    assertThat(remaining.tasks()).containsOnlyKeys("run-3");
    assertThat(markers().suspects(remaining)).containsExactlyInAnyOrder("a", "b");
    assertThat(remaining.rows()).containsOnlyKeys(KEY);
    assertThat(markers().note(remaining.rows().get(KEY))).isIn("me", "other");
  }

  @Test
  void markerExistsUntilItIsClosed() {
    FakeTask task = new FakeTask();
    Marker marker = markers().markPart(task("run-0"), 0, 2, task);
    String name = "task-run-0+0.%d@%s".formatted(task.attemptId(), task.process());
    assertThat(folder().resolve(name)).hasContent("a\nb");
    marker.close();
    marker.close();
    assertThat(folder()).isEmptyDirectory();
  }

  @Test
  void closeRemovesTheMarkersOfTheProcessOnly() {
    Markers other = markers();
    other.markPart(task("run-0"), 0, 2, new FakeTask());
    Markers current = markers();
    current.markPart(task("run-1"), 0, 2, new FakeTask());
    current.markRow(KEY, new FakeTask(), "me");
    current.close();
    assertThat(other.remaining(new FakeTask()).tasks()).containsOnlyKeys("run-0");
    assertThat(other.remaining(new FakeTask()).rows()).isEmpty();
  }

  @Test
  void processThatGaveUpRemovesNoMarkers() {
    AtomicBoolean hasGivenUp = new AtomicBoolean();
    Markers markers = new Markers(folder().toString(), new Configuration(), hasGivenUp::get);
    Marker marker = markers.markPart(task("run-0"), 0, 2, new FakeTask());
    hasGivenUp.set(true);
    marker.close();
    markers.close();
    assertThat(folder()).isDirectoryContaining("glob:**/task-run-0+0.*");
  }

  @Test
  void markersOfLiveProcessesCountForNothing() {
    FakeTask other = new FakeTask();
    TaskRows rows = task("run-3");
    markers().markPart(rows, 0, 2, other);
    markers().markRow(KEY, other, "me");
    Markers.Remaining live = markers().remaining(new FakeTask().seesAlive(other));
    assertThat(live.tasks()).isEmpty();
    assertThat(live.rows()).isEmpty();
    assertThat(live.live()).containsExactly("run-3");
    Markers.Remaining own = markers().remaining(other);
    assertThat(own.live()).as("another attempt in the same process").isEmpty();
    assertThat(own.tasks()).isEmpty();
    assertThat(markers().remaining(new FakeTask()).tasks()).containsOnlyKeys("run-3");
  }

  @Test
  void writeFailureIsIgnored() throws Exception {
    Files.writeString(temp.resolve("marks"), "a file in place of the folder");
    assertThatCode(() -> markers().markPart(task("run-0"), 0, 2, new FakeTask()).close())
        .doesNotThrowAnyException();
  }

  @Test
  void otherFilesAreNotMarkers() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("task-a+b@c"), "");
    Files.writeString(folder().resolve("notes.txt"), "mine");
    assertThat(markers().remaining(new FakeTask()).tasks()).isEmpty();
    assertThat(markers().remaining(new FakeTask()).rows()).isEmpty();
  }

  private static TaskRows task(String name) {
    return new TaskRows(name, List.of("a", "b"));
  }

  private Markers markers() {
    return new Markers(folder().toString(), new Configuration(), () -> false);
  }

  private Path folder() {
    return temp.resolve("marks");
  }
}
