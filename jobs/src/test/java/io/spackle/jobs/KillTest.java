package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.KillBench.Round;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code ./bench kill --rounds 20}: minutes, so only on request: {@code
 * -DexcludedGroups=gpu -Dtest=KillTest}.
 */
@Tag("kill")
class KillTest {

  @TempDir Path folder;

  @Test
  void noRowIsLostAndNoneIsTwiceWhoeverDies() throws Exception {
    try (KillBench bench = new KillBench(folder, System.nanoTime())) {
      Map<String, String> undisturbed = bench.undisturbed();
      Round round = bench.round(undisturbed);
      assertThat(round.isRight()).as(round.toString()).isTrue();
    }
  }
}
