package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.KillBench.Blow;
import io.spackle.jobs.KillBench.Round;
import io.spackle.jobs.KillBench.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code ./bench kill --rounds 20}. */
class KillTest {

  private static final Size SHORT = new Size(24, 2, 1, 400);

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void noRowIsLostOrDuplicatedWhenProcessesAreKilled() throws Exception {
    List<Blow> blows = List.of(Blow.EXECUTOR, Blow.DRIVER);
    try (KillBench bench = new KillBench(folder, SHORT, System.nanoTime());
        LocalCluster cluster =
            LocalCluster.withinDriver(folder.resolve("spark"), 2, SHORT.cores())) {
      Map<String, String> undisturbed = bench.undisturbed();
      Round round = bench.round(undisturbed, cluster, blows);
      assertThat(round.blows()).isEqualTo(blows);
      assertThat(round.isRight(SHORT)).as(round.toString()).isTrue();
    }
  }
}
