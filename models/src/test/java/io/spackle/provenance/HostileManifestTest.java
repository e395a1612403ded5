package io.spackle.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests that were made to exhaust memory or stack are found invalid, cheaply. */
class HostileManifestTest {

  private static final byte[] FILE = new byte[100];
  private static final int USUAL_STACK_BYTES = 1 << 20;
  private static final int SMALL_STACK_BYTES = 256 << 10;
  private static final long MODEST_BYTES = 64 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** CBOR: hexadecimal digits that are repeated, and those that follow. */
  private static byte[] cbor(String repeated, int times, String end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] part = HexFormat.of().parseHex(repeated);
    for (int i = 0; i < times; i++) {
      out.writeBytes(part);
    }
    out.writeBytes(HexFormat.of().parseHex(end));
    return out.toByteArray();
  }

  private static byte[] store(byte[] claim, byte[] signature) {
    byte[] manifest =
        Jumbf.superbox(
            "c2ma",
            "urn:c2pa:hostile",
            Jumbf.superbox("c2as", "c2pa.assertions"),
            Jumbf.superbox("c2cl", "c2pa.claim.v2", Jumbf.box("cbor", claim)),
            Jumbf.superbox("c2cs", "c2pa.signature", Jumbf.box("cbor", signature)));
    return Jumbf.superbox("c2pa", "c2pa", manifest);
  }

  private static void assertInvalid(byte[] store) throws InterruptedException, ExecutionException {
    // The usual stack first: there the parser's own limit must suffice, and all classes are loaded.
    for (int stackBytes : new int[] {USUAL_STACK_BYTES, SMALL_STACK_BYTES}) {
      FutureTask<Long> allocated = new FutureTask<>(() -> allocatedByCheckOf(store));
      new Thread(null, allocated, "manifest", stackBytes).start();
      assertThat(allocated.get()).as("bytes allocated").isLessThan(MODEST_BYTES);
    }
  }

  private static long allocatedByCheckOf(byte[] store) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertThat(InputManifest.of(FILE, store, Instant.now())).isEmpty();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "nested lists, 81, 200000, 00",
    "nested lists of unknown length, 9f, 200000, ff",
    "nested tags, c1, 200000, 00",
    "maps nested as values, a100, 100000, 00",
    "maps nested as keys, a1, 200000, 00",
    "lists nested to the limit of the parser, 81, 500, 00",
    "a list of 2^31 items, '', 0, 9a7fffffff00",
    "a list of 2^63 items, '', 0, 9bffffffffffffffff00",
    "a map of 2^31 entries, '', 0, ba7fffffff0000",
    "2^31 bytes, '', 0, 5a7fffffff00",
    "a text of 2^31 bytes in parts, '', 0, 7f7a7fffffff61ff",
    "a large number to the power of a larger, '', 0, c4821b7fffffffffffffff01",
    "strings by reference, '', 0, d9010083636162636400d81900",
  })
  void cborThatExhaustsAParserIsInvalid(String kind, String repeated, int times, String end)
      throws InterruptedException, ExecutionException {
    byte[] hostile = cbor(repeated, times, end);
    byte[] map = cbor("", 0, "a0");
    assertInvalid(store(hostile, map));
    assertInvalid(store(map, hostile));
  }

  @Test
  void cborOfManyEmptyMapsIsRefusedBeforeItIsParsed()
      throws InterruptedException, ExecutionException {
    byte[] large = cbor("a0", 1 << 20, "");
    System.arraycopy(cbor("", 0, "9a000ffffb"), 0, large, 0, 5);
    assertInvalid(store(large, new byte[1]));
  }

  @Test
  void cborOfTheLargestSizeNeedsModestMemory() throws InterruptedException, ExecutionException {
    byte[] largest = cbor("a0", JumbfBox.MAX_CBOR_BYTES, "");
    System.arraycopy(cbor("", 0, "9a0003fffb"), 0, largest, 0, 5);
    assertInvalid(store(largest, new byte[1]));
  }

  @Test
  void equalKeysThatAreNestedDeeplyAreComparedWithinTheStack()
      throws InterruptedException, ExecutionException {
    String key = "81".repeat(490) + "00";
    assertInvalid(store(cbor("", 0, "a2" + key + "00" + key + "00"), new byte[1]));
    String map = "a1".repeat(400) + "00".repeat(401);
    assertInvalid(store(cbor("", 0, "a2" + map + "00" + map + "00"), new byte[1]));
  }
}
