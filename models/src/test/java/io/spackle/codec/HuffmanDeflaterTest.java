package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuffmanDeflaterTest {

  private static final int BLOCK = 1 << 17;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 9, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7})
  void bytesOfAnyLengthSurvive(int length) throws DataFormatException {
    Random random = new Random(length);
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    assertSurvives(noise);
    assertSurvives(new byte[length]);
    assertSurvives(gaussian(length, random));
  }

  /** A symbol says at most 258 bytes, and none says one or two. */
  @Test
  void runsOfAnyLengthSurvive() throws DataFormatException {
    for (int run = 1; run < 800; run++) {
      byte[] data = new byte[run + 20];
      new Random(run).nextBytes(data);
      Arrays.fill(data, 10, 10 + run, (byte) 7);
      assertSurvives(data);
    }
  }

  /** Counts like Fibonacci numbers make the longest codes: more than the 15 bits of the format. */
  @Test
  void veryUnevenCountsSurvive() throws DataFormatException {
    byte[] data = new byte[BLOCK];
    int at = 0;
    for (int value = 0, last = 1, count = 1; at + count < data.length; value++) {
      for (int i = 0; i < count; i++) {
        data[at + i] = (byte) value;
      }
      at += count;
      int next = last + count;
      last = count;
      count = next;
    }
    Random random = new Random(1);
    for (int i = data.length - 1; i > 0; i--) { // shuffled, so that there are no runs
      int other = random.nextInt(i + 1);
      byte value = data[i];
      data[i] = data[other];
      data[other] = value;
    }
    assertSurvives(data);
  }

  @Test
  void smallDifferencesTakeFewBits() {
    byte[] data = gaussian(BLOCK, new Random(1));
    assertThat(deflated(data)).hasSizeLessThan(data.length / 2);
    assertThat(deflated(new byte[BLOCK])).hasSizeLessThan(500);
  }

  private static byte[] gaussian(int length, Random random) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) Math.round(2 * random.nextGaussian());
    }
    return data;
  }

  private static byte[] deflated(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HuffmanDeflater.write(data, out);
    return out.toByteArray();
  }

  private static void assertSurvives(byte[] data) throws DataFormatException {
    byte[] deflated = deflated(data);
    Inflater inflater = new Inflater();
    inflater.setInput(deflated);
    byte[] back = new byte[data.length + 1];
    int length = inflater.inflate(back);
    assertThat(inflater.finished()).as("the check sum is right").isTrue();
    assertThat(inflater.getRemaining()).isZero();
    inflater.end();
    assertThat(Arrays.equals(back, 0, length, data, 0, data.length)).as("the bytes").isTrue();
  }
}
