package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.output.TakenFiles.Taken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of taken files, on a local disk. */
class TakenFilesTest {

  private static final Predicate<String> NONE_IS_GONE = location -> false;

  @TempDir Path folder;
  private OutputFolder output;
  private Lease lease;
  private TakenFiles record;

  @BeforeEach
  void acquireLease() throws IOException {
    output = OutputFolder.of(folder.toString(), new Configuration());
    lease = output.acquireLease("run", Duration.ofMinutes(2), () -> {});
    record = TakenFiles.of(output, new Configuration());
  }

  @AfterEach
  void releaseLease() {
    lease.close();
  }

  @Test
  void anOutputWithoutARecordHasTakenNothing() throws IOException {
    assertThat(record.read()).isEmpty();
    assertThat(record.isCurrent()).isTrue();
  }

  @Test
  void aFileThatIsTakenAgainKeepsItsPlaceAndOneThatHasChangedComesLast() throws IOException {
    add(taken("b"), new Taken("a", "1@1", true));
    add(taken("c"));
    add(taken("a"), new Taken("b", "2@2", true));
    assertThat(TakenFiles.of(output, new Configuration()).read().values())
        .containsExactly(taken("a"), taken("c"), new Taken("b", "2@2", true));
  }

  @Test
  void aRecordThatAnotherRunHasAddedToIsNotCurrent() throws IOException {
    TakenFiles other = TakenFiles.of(output, new Configuration());
    other.read();
    add(taken("a"));
    assertThat(other.isCurrent()).isFalse();
    assertThat(other.read()).containsOnlyKeys("a");
    assertThat(other.isCurrent()).isTrue();
  }

  @Test
  void manyBatchesAreMergedWithoutFilesThatAreGone() throws IOException {
    for (int i = 0; i < TakenFiles.MOST; i++) {
      add(taken("file " + i));
    }
    assertThat(parts()).hasSize(TakenFiles.MOST);
    record.add(List.of(taken("last")), Set.of("file 1", "file 3")::contains, lease.files());
    assertThat(parts()).containsExactly("00000051.jsonl");
    assertThat(TakenFiles.of(output, new Configuration()).read())
        .hasSize(TakenFiles.MOST - 1)
        .doesNotContainKey("file 3");
    add(taken("file 0"));
    assertThat(TakenFiles.of(output, new Configuration()).read().keySet())
        .startsWith("file 0", "file 2")
        .endsWith("last");
  }

  @Test
  void runsThatOverwriteTheOutputStartWithAnEmptyRecord() throws IOException {
    add(taken("a"));
    output.prepare(OutputFolder.Mode.OVERWRITE, lease.files());
    assertThat(record.read()).isEmpty();
  }

  private void add(Taken... batch) throws IOException {
    record.add(List.of(batch), NONE_IS_GONE, lease.files());
  }

  private List<String> parts() throws IOException {
    try (Stream<Path> parts = Files.list(folder.resolve(".spackle-taken"))) {
      return parts.map(part -> part.getFileName().toString()).toList();
    }
  }

  private static Taken taken(String location) {
    return new Taken(location, "1@1", false);
  }
}
