package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.KillBench.Blow;
import io.spackle.jobs.KillBench.Fault;
import io.spackle.jobs.KillBench.Round;
import io.spackle.jobs.KillBench.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short form of {@code ./bench kill}. */
class KillTest {

  private static final Size SHORT = new Size(24, 6, 1, 400);

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void noRowIsLostOrDuplicatedWhenProcessesAreKilled() throws Exception {
    List<Fault> faults = List.of(Fault.EXECUTOR_TOLD_TO_GO, Fault.EXECUTOR, Fault.DRIVER);
    try (KillBench bench = new KillBench(folder, SHORT, System.nanoTime());
        LocalCluster cluster =
            LocalCluster.withinDriver(folder.resolve("spark"), 2, SHORT.cores())) {
      Map<String, String> undisturbed = bench.undisturbed();
      Round round = bench.round(undisturbed, cluster, faults);
      assertThat(round.blows()).extracting(Blow::fault).isEqualTo(faults);
      assertThat(round.isCorrect(SHORT)).as(round.toString()).isTrue();
      assertThat(round.blows().get(0).loss().rows())
          .as("an executor that is told to go loses no work: %s", round)
          .isZero();
    }
  }
}
