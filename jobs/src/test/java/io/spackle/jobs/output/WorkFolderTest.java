package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.lease.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The folder of a run's work list, which holds signed locations. */
class WorkFolderTest {

  @TempDir Path root;

  @ParameterizedTest(name = "{1} in an output with {0}")
  @CsvSource({
    "rwxr-xr-x, rwx------",
    "rwxrwxr-x, rwxrwx---",
    "rwxrwxrwx, rwxrwxrwx",
    "rwxr-x---, rwx------"
  })
  void onlyWhoMayWriteToTheOutputMayLookIntoIt(String output, String expected) throws IOException {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(output));
    try (Lease lease = lease("run");
        WorkFolder work = WorkFolder.open(folder(), lease)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(local(work))))
          .isEqualTo(expected);
    }
  }

  @Test
  void isGoneWithItsFilesWhenTheRunEnds() throws IOException {
    try (Lease lease = lease("run")) {
      Path folder;
      try (WorkFolder work = WorkFolder.open(folder(), lease)) {
        folder = local(work);
        Files.writeString(folder.resolve("rows"), "signed");
        assertThat(folder).hasParent(root).isNotEmptyDirectory();
        assertThat(folder.getFileName().toString()).startsWith(".");
      }
      assertThat(folder).doesNotExist();
    }
  }

  @Test
  void leftOversOfDeadRunsAreDeletedByTheNextOne() throws IOException {
    Path dead;
    try (Lease lease = lease("dead")) {
      dead = local(WorkFolder.open(folder(), lease));
      Files.writeString(dead.resolve("rows"), "signed");
    }
    Path foreign = Files.createDirectory(root.resolve(".spackle"));
    try (Lease lease = lease("next");
        WorkFolder work = WorkFolder.open(folder(), lease)) {
      assertThat(dead).doesNotExist();
      assertThat(local(work)).isEmptyDirectory();
      assertThat(foreign).exists();
    }
  }

  private OutputFolder folder() {
    return OutputFolder.of(root.toString(), new Configuration());
  }

  private Lease lease(String run) throws IOException {
    return folder().acquireLease(run, Duration.ofMinutes(1), () -> {});
  }

  private static Path local(WorkFolder work) {
    return Path.of(work.path().toUri().getPath());
  }
}
