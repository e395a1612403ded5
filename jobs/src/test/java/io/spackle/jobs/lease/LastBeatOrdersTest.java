package io.spackle.jobs.lease;

import java.time.Duration;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * The orders in which the heartbeat, the watch and tasks can use the last heartbeat of a lease:
 * Lincheck's model checker tries them, and compares what each gets with what one thread could get.
 */
@Param(name = "second", gen = IntGen.class, conf = "0:9")
public class LastBeatOrdersTest {

  private static final int SCENARIOS = 12;
  private static final int ORDERS = 150;
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final LastBeat last = new LastBeat(moment(0));

  private static Moment moment(int second) {
    return new Moment(1000L * second, 1_000_000_000L * second);
  }

  @Operation
  public void renew(@Param(name = "second") int second) {
    last.renew(moment(second));
  }

  @Operation
  public boolean lose() {
    return last.lose();
  }

  @Operation
  public boolean isHeld(@Param(name = "second") int second) {
    return last.isWithin(TIMEOUT, moment(second));
  }

  @Test
  void threadsGetWhatOneThreadCouldGet() {
    new ModelCheckingOptions()
        .iterations(SCENARIOS)
        .invocationsPerIteration(ORDERS)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(1)
        .check(LastBeatOrdersTest.class);
  }
}
