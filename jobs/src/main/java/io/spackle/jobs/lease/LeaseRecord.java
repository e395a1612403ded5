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

/**
 * What a claim says of its holder.
 *
 * @param host where the driver runs
 * @param machine tells apart machines, and containers on one, of which the process number is
 * @param timeout how long the claim outlives its last heartbeat
 */
public record LeaseRecord(
    String run, String host, String machine, long process, Instant since, Duration timeout) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UNKNOWN = "unknown";

  /** Linux: a number of this boot, and one of the container. */
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  /** A claim of this process. */
  public static LeaseRecord mine(String run, Duration timeout) {
    return new LeaseRecord(
        run, thisHost(), thisMachine(), ProcessHandle.current().pid(), Instant.now(), timeout);
  }

  /**
   * The note that a file holds.
   *
   * @throws IOException if it holds none
   */
  static LeaseRecord of(byte[] json) throws IOException {
    Map<?, ?> fields = JSON.readValue(json, Map.class);
    try {
      return new LeaseRecord(
          (String) fields.get("run"),
          (String) fields.get("host"),
          (String) fields.get("machine"),
          ((Number) fields.get("process")).longValue(),
          Instant.parse((String) fields.get("since")),
          Duration.ofMillis(((Number) fields.get("timeout_ms")).longValue()));
    } catch (RuntimeException e) {
      throw new IOException("no claim: " + fields, e);
    }
  }

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

  /** Whether the holder is known to be dead, for it ran on this machine. */
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
