package io.spackle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FlightControlTest {

  private static final int ENOUGH = 6;
  private static final int MOST = 20;

  private final AtomicLong millis = new AtomicLong();
  private final FlightControl control =
      new FlightControl(ENOUGH, MOST, () -> 1_000_000 * millis.get());
  private int inFlight;
  private int fetched;

  @Test
  void rowsOfFastHostsAreAsManyAsKeepTheLaneBusy() {
    for (int round = 0; round < 10; round++) {
      admit();
      fetch(inFlight);
    }
    assertThat(inFlight).isEqualTo(ENOUGH);
  }

  @Test
  void whileTheLaneStarvesMoreAndMoreRowsWaitForTheirHosts() {
    admit();
    assertThat(inFlight).as("at once").isEqualTo(ENOUGH);
    millis.addAndGet(60);
    admit();
    assertThat(inFlight).isEqualTo(ENOUGH + ENOUGH / 2);
    admit();
    assertThat(inFlight).as("the new ones have had no time yet").isEqualTo(ENOUGH + ENOUGH / 2);
    for (int round = 0; round < 10; round++) {
      millis.addAndGet(60);
      admit();
    }
    assertThat(inFlight).isEqualTo(MOST);
  }

  @Test
  void onceTheLaneHasWorkNoRowIsAdmittedUntilSomeAreFinished() {
    for (int round = 0; round < 10; round++) {
      millis.addAndGet(60);
      admit();
    }
    fetch(MOST);
    for (int i = 0; i < MOST - ENOUGH; i++) {
      finish();
      admit();
    }
    assertThat(inFlight).as("the rows that waited have come").isLessThan(MOST - ENOUGH / 2);
    while (fetched > 0) {
      finish();
    }
    admit();
    assertThat(inFlight).isBetween(ENOUGH, MOST - ENOUGH / 2);
  }

  private void fetch(int rows) {
    while (fetched < rows) {
      control.fetched();
      fetched++;
    }
  }

  private void finish() {
    control.finished();
    fetched--;
    inFlight--;
  }

  private void admit() {
    while (control.admits(inFlight)) {
      inFlight++;
    }
  }
}
