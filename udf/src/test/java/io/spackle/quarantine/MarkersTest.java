package io.spackle.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spackle.quarantine.Markers.Marker;
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
    Markers.Remaining remaining = markers().remaining();
    assertThat(remaining.tasks()).isEmpty();
    assertThat(remaining.rows()).isEmpty();
    assertThat(remaining.suspects(RowFactory.create(KEY))).isFalse();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void markersAreVisibleToOtherProcesses() {
    markers().markTask(new TaskPartition(COLUMN, 3, 7));
    markers().markRow(KEY, 5, "me");
    markers().markRow(KEY, 6, "other");
    Markers.Remaining remaining = markers().remaining();
    assertThat(remaining.tasks()).containsExactly(new TaskPartition(COLUMN, 3, 7));
    assertThat(remaining.rows()).containsOnlyKeys(KEY);
    assertThat(remaining.rows().get(KEY).count()).isEqualTo(2);
    assertThat(markers().note(remaining.rows().get(KEY))).isIn("me", "other");
  }

  @Test
  void markerExistsUntilItIsClosed() {
    Marker marker = markers().markTask(new TaskPartition(COLUMN, 0, 1));
    assertThat(folder().resolve("task-dealt_by-0-1")).isEmptyFile();
    marker.close();
    marker.close();
    assertThat(folder()).isEmptyDirectory();
  }

  @Test
  void closeRemovesTheMarkersOfTheProcessOnly() {
    Markers other = markers();
    other.markTask(new TaskPartition(COLUMN, 0, 2));
    Markers current = markers();
    current.markTask(new TaskPartition(COLUMN, 1, 2));
    current.markRow(KEY, 1, "me");
    current.close();
    assertThat(other.remaining().tasks()).containsExactly(new TaskPartition(COLUMN, 0, 2));
    assertThat(other.remaining().rows()).isEmpty();
  }

  @Test
  void processThatGaveUpRemovesNoMarkers() {
    AtomicBoolean hasGivenUp = new AtomicBoolean();
    Markers markers = new Markers(folder().toString(), new Configuration(), hasGivenUp::get);
    Marker marker = markers.markTask(new TaskPartition(COLUMN, 0, 1));
    hasGivenUp.set(true);
    marker.close();
    markers.close();
    assertThat(folder().resolve("task-dealt_by-0-1")).exists();
  }

  @Test
  void writeFailureIsIgnored() throws Exception {
    Files.writeString(temp.resolve("marks"), "a file in place of the folder");
    assertThatCode(() -> markers().markTask(new TaskPartition(COLUMN, 0, 1)).close())
        .doesNotThrowAnyException();
  }

  @Test
  void otherFilesAreNotMarkers() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("task-a-b"), "");
    Files.writeString(folder().resolve("notes.txt"), "mine");
    assertThat(markers().remaining().tasks()).isEmpty();
    assertThat(markers().remaining().rows()).isEmpty();
  }

  private Markers markers() {
    return new Markers(folder().toString(), new Configuration(), () -> false);
  }

  private Path folder() {
    return temp.resolve("marks");
  }
}
