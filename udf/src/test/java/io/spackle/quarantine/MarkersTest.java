package io.spackle.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spackle.quarantine.Markers.Marker;
import io.spackle.spark.FakeTask;
import io.spackle.spark.TaskPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkersTest {

  private static final String KEY = "0123abcd-2";
  private static final String COLUMN = "dealt_by";

  @TempDir Path temp;

  @Test
  void missingFolderHasNoMarkers() {
    Markers.Remaining remaining = markers().remaining(new FakeTask());
    assertThat(remaining.tasks()).isEmpty();
    assertThat(remaining.rows()).isEmpty();
    assertThat(remaining.suspects(RowFactory.create(KEY))).isFalse();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void markersAreVisibleToOtherProcesses() {
    markers().markTask(new TaskPartition(COLUMN, 3, 7), new FakeTask());
    markers().markRow(KEY, new FakeTask(), "me");
    markers().markRow(KEY, new FakeTask(), "other");
    Markers.Remaining remaining = markers().remaining(new FakeTask());
    assertThat(remaining.tasks()).containsExactly(new TaskPartition(COLUMN, 3, 7));
    assertThat(remaining.rows()).containsOnlyKeys(KEY);
    assertThat(markers().note(remaining.rows().get(KEY))).isIn("me", "other");
  }

  @Test
  void markerExistsUntilItIsClosed() {
    FakeTask task = new FakeTask();
    Marker marker = markers().markTask(new TaskPartition(COLUMN, 0, 1), task);
    String name = "task-dealt_by-0-1.%d@%s".formatted(task.attemptId(), task.process());
    assertThat(folder().resolve(name)).isEmptyFile();
    marker.close();
    marker.close();
    assertThat(folder()).isEmptyDirectory();
  }

  @Test
  void closeRemovesTheMarkersOfTheProcessOnly() {
    Markers other = markers();
    other.markTask(new TaskPartition(COLUMN, 0, 2), new FakeTask());
    Markers current = markers();
    current.markTask(new TaskPartition(COLUMN, 1, 2), new FakeTask());
    current.markRow(KEY, new FakeTask(), "me");
    current.close();
    assertThat(other.remaining(new FakeTask()).tasks())
        .containsExactly(new TaskPartition(COLUMN, 0, 2));
    assertThat(other.remaining(new FakeTask()).rows()).isEmpty();
  }

  @Test
  void processThatGaveUpRemovesNoMarkers() {
    AtomicBoolean hasGivenUp = new AtomicBoolean();
    Markers markers = new Markers(folder().toString(), new Configuration(), hasGivenUp::get);
    Marker marker = markers.markTask(new TaskPartition(COLUMN, 0, 1), new FakeTask());
    hasGivenUp.set(true);
    marker.close();
    markers.close();
    assertThat(folder()).isDirectoryContaining("glob:**/task-dealt_by-0-1.*");
  }

  @Test
  void markersOfLiveProcessesCountForNothing() {
    FakeTask other = new FakeTask();
    TaskPartition rows = new TaskPartition(COLUMN, 3, 7);
    markers().markTask(rows, other);
    markers().markRow(KEY, other, "me");
    Markers.Remaining live = markers().remaining(new FakeTask().seesAlive(other));
    assertThat(live.tasks()).isEmpty();
    assertThat(live.rows()).isEmpty();
    assertThat(live.live()).containsExactly(rows);
    Markers.Remaining own = markers().remaining(other);
    assertThat(own.live()).as("another attempt in the same process").isEmpty();
    assertThat(own.tasks()).isEmpty();
    assertThat(markers().remaining(new FakeTask()).tasks()).containsExactly(rows);
  }

  @Test
  void writeFailureIsIgnored() throws Exception {
    Files.writeString(temp.resolve("marks"), "a file in place of the folder");
    assertThatCode(
            () -> markers().markTask(new TaskPartition(COLUMN, 0, 1), new FakeTask()).close())
        .doesNotThrowAnyException();
  }

  @Test
  void otherFilesAreNotMarkers() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("task-a-b"), "");
    Files.writeString(folder().resolve("notes.txt"), "mine");
    assertThat(markers().remaining(new FakeTask()).tasks()).isEmpty();
    assertThat(markers().remaining(new FakeTask()).rows()).isEmpty();
  }

  private Markers markers() {
    return new Markers(folder().toString(), new Configuration(), () -> false);
  }

  private Path folder() {
    return temp.resolve("marks");
  }
}
