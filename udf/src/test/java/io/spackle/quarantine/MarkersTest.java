package io.spackle.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

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
  private static final String BY = "dealt_by";

  @TempDir Path temp;

  @Test
  void aFolderThatIsNotThereHoldsNone() {
    Markers.Left left = marks().left();
    assertThat(left.parts()).isEmpty();
    assertThat(left.rows()).isEmpty();
    assertThat(left.suspects(RowFactory.create(KEY))).isFalse();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void anyProcessSeesWhatIsThere() {
    marks().task(new TaskPartition(BY, 3, 7));
    marks().row(KEY, 5, "me");
    marks().row(KEY, 6, "somebody");
    Markers.Left left = marks().left();
    assertThat(left.parts()).containsExactly(new TaskPartition(BY, 3, 7));
    assertThat(left.rows()).containsOnlyKeys(KEY);
    assertThat(left.rows().get(KEY).count()).isEqualTo(2);
    assertThat(marks().note(left.rows().get(KEY))).isIn("me", "somebody");
  }

  @Test
  void aMarkIsThereUntilItIsClosed() {
    Marker mark = marks().task(new TaskPartition(BY, 0, 1));
    assertThat(folder().resolve("task-dealt_by-0-1")).isEmptyFile();
    mark.close();
    mark.close();
    assertThat(folder()).isEmptyDirectory();
  }

  @Test
  void aProcessThatEndsTakesItsOwnAway() {
    Markers other = marks();
    other.task(new TaskPartition(BY, 0, 2));
    Markers own = marks();
    own.task(new TaskPartition(BY, 1, 2));
    own.row(KEY, 1, "me");
    own.close();
    assertThat(other.left().parts()).containsExactly(new TaskPartition(BY, 0, 2));
    assertThat(other.left().rows()).isEmpty();
  }

  @Test
  void aLostProcessTakesNoneAway() {
    AtomicBoolean lost = new AtomicBoolean();
    Markers marks = new Markers(folder().toString(), new Configuration(), lost::get);
    Marker mark = marks.task(new TaskPartition(BY, 0, 1));
    lost.set(true);
    mark.close();
    marks.close();
    assertThat(folder().resolve("task-dealt_by-0-1")).exists();
  }

  @Test
  void whatCannotBeWrittenIsDoneWithout() throws Exception {
    Files.writeString(temp.resolve("marks"), "a file in place of the folder");
    assertThatCode(() -> marks().task(new TaskPartition(BY, 0, 1)).close())
        .doesNotThrowAnyException();
  }

  @Test
  void otherFilesAreNone() throws Exception {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("task-a-b"), "");
    Files.writeString(folder().resolve("notes.txt"), "mine");
    assertThat(marks().left().parts()).isEmpty();
    assertThat(marks().left().rows()).isEmpty();
  }

  private Markers marks() {
    return new Markers(folder().toString(), new Configuration(), () -> false);
  }

  private Path folder() {
    return temp.resolve("marks");
  }
}
