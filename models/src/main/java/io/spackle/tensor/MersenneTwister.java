package io.spackle.tensor;

/**
 * The generator mt19937 of Matsumoto and Nishimura ("Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", ACM TOMACS 8(1), 1998), seeded as in
 * their {@code init_genrand} of 2002. It is the one behind {@code torch.Generator('cpu')}.
 */
final class MersenneTwister {

  private static final int SIZE = 624;
  private static final int SHIFT = 397;
  private static final int UPPER_BIT = 0x80000000;
  private static final int LOWER_BITS = 0x7fffffff;
  private static final int TWIST = 0x9908b0df;

  private final int[] state = new int[SIZE];
  private int next = SIZE;

  MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  int nextInt() {
    if (next == SIZE) {
      regenerate();
    }
    int bits = state[next++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return bits ^ (bits >>> 18);
  }

  /** The next 64 random bits: the first draw is the high word, as in torch. */
  long nextLong() {
    long high = nextInt();
    return (high << 32) | Integer.toUnsignedLong(nextInt());
  }

  private void regenerate() {
    for (int i = 0; i < SIZE; i++) {
      int pair = (state[i] & UPPER_BIT) | (state[(i + 1) % SIZE] & LOWER_BITS);
      int twisted = (pair >>> 1) ^ ((pair & 1) == 0 ? 0 : TWIST);
      state[i] = state[(i + SHIFT) % SIZE] ^ twisted;
    }
    next = 0;
  }
}
