package io.spackle.jobs.lease;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of a lease file: which run holds the lease, and where it runs.
 *
 * @param host name of the driver's host
 * @param machine identifies the machine's boot and the container within which {@code process} is
 *     unique
 * @param process the driver's process id
 * @param since when the run acquired the lease
 * @param timeout time after the last heartbeat at which the lease expires
 */
public record LeaseRecord(
    String run, String host, String machine, long process, Instant since, Duration timeout) {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseRecord.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UNKNOWN = "unknown";

  /** Linux only: the id of this boot. */
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Linux only: the process namespace, one per container. */
  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  /** After which a lease expires whose file does not say it. */
  private static final Duration TIMEOUT_OF_UNKNOWN = Duration.ofMinutes(10);

  /** Refuses missing values. */
  public LeaseRecord {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(machine, "machine");
  }

  /** The lease of a run whose driver is this process. */
  public static LeaseRecord mine(String run, Duration timeout) {
    return new LeaseRecord(
        run, thisHost(), thisMachine(), ProcessHandle.current().pid(), Instant.now(), timeout);
  }

  /**
   * Reads the content of a lease file. One that is empty or damaged, because a machine crashed
   * while it was written, is the lease of an unknown holder, which expires by the age of the file.
   *
   * @param run that the file belongs to
   */
  static LeaseRecord ofFile(byte[] json, String run) {
    try {
      Map<?, ?> fields = JSON.readValue(json, Map.class);
      return new LeaseRecord(
          (String) fields.get("run"),
          (String) fields.get("host"),
          (String) fields.get("machine"),
          ((Number) fields.get("process")).longValue(),
          Instant.parse((String) fields.get("since")),
          Duration.ofMillis(((Number) fields.get("timeout_ms")).longValue()));
    } catch (IOException | RuntimeException e) {
      LOG.warn("the lease of the run {} cannot be read", run, e);
      return new LeaseRecord(run, UNKNOWN, UNKNOWN, 0, Instant.EPOCH, TIMEOUT_OF_UNKNOWN);
    }
  }

  /** Whether the file of the lease was damaged. */
  boolean isOfUnknownHolder() {
    return since.equals(Instant.EPOCH);
  }

  /** The content of the lease file. */
  public byte[] json() throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("run", run);
    fields.put("host", host);
    fields.put("machine", machine);
    fields.put("process", process);
    fields.put("since", since.toString());
    fields.put("timeout_ms", timeout.toMillis());
    return JSON.writeValueAsBytes(fields);
  }

  /** Whether the holder ran on this machine and its process no longer exists. */
  boolean isOfDeadProcess() {
    return !machine.equals(UNKNOWN)
        && machine.equals(thisMachine())
        && ProcessHandle.of(process).isEmpty();
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return UNKNOWN;
    }
  }

  private static String thisMachine() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
