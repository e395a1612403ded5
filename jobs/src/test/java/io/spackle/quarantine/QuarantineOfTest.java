package io.spackle.quarantine;

import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ManifestRow;
import io.spackle.spark.TaskSignals;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/** The quarantine of an attempt that does not wait until the driver notices lost executors. */
public final class QuarantineOfTest implements AutoCloseable {

  private final Quarantine quarantine;

  /**
   * @param folder URI of the markers
   * @param rows of the task
   */
  public QuarantineOfTest(String folder, Configuration hadoop, TaskSignals task, TaskRows rows) {
    this.quarantine =
        Quarantine.of(new Markers(folder, hadoop, () -> false), task, rows, Duration.ZERO);
  }

  /** Marks a row before it starts, with those after it; returns whether it is quarantined. */
  public boolean start(String key) {
    ManifestRow.Names names = new ManifestRow.Names(key, null, null);
    quarantine.mark(key);
    return quarantine.outcome(new ManifestRow(names, null, null, null, false, 0), key).isPresent();
  }

  /** The marker of a row that must be alone in the model. */
  public Optional<Supplier<Marker>> marker(String key) {
    return quarantine.marker(key);
  }

  @Override
  public void close() {
    quarantine.close();
  }
}
