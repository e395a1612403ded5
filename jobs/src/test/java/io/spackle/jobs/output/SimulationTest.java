package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.output.History.Event;
import org.junit.jupiter.api.Test;

/**
 * Histories of runs on one output, on a store like HDFS and on one like S3, see {@link History}. A
 * history that violates something is printed; {@code ./bench simulate --seed N} prints it again.
 */
class SimulationTest {

  private static final int HISTORIES = 10_000;

  @Test
  void noHistoryLosesOrRepeatsARow() {
    Simulation simulation = new Simulation();
    simulation.play(0, HISTORIES);
    assertThat(simulation.violations()).isEmpty();
    assertThat(simulation.events().keySet())
        .as("what the histories had")
        .containsExactlyInAnyOrder(Event.values());
  }
}
