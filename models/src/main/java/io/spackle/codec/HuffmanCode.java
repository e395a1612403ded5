package io.spackle.codec;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * A canonical Huffman code, as deflate uses them (RFC 1951, section 3.2.2).
 *
 * @param lengths in bits by symbol, 0 for a symbol that does not occur
 * @param bits the code of each symbol, its first bit lowest
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record HuffmanCode(int[] lengths, int[] bits) {

  /**
   * The code for symbols that occur so often.
   *
   * @param counts of each symbol; at least one is above 0
   * @param longest the longest code allowed, in bits; 2 to its power is at least the number of
   *     symbols
   */
  static HuffmanCode of(int[] counts, int longest) {
    int[] weights = counts.clone();
    int[] lengths = lengths(weights);
    while (Arrays.stream(lengths).max().getAsInt() > longest) {
      // Flatter weights give shorter codes. It happens with few, very common symbols.
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weights[i] == 0 ? 0 : weights[i] / 2 + 1;
      }
      lengths = lengths(weights);
    }
    return new HuffmanCode(lengths, bits(lengths, longest));
  }

  /** A node of the tree: a symbol, or two joined ones. */
  private record Node(int weight, int order, int symbol, Node zero, Node one)
      implements Comparable<Node> {

    @Override
    public int compareTo(Node other) {
      return weight == other.weight ? order - other.order : Integer.compare(weight, other.weight);
    }

    void setLengths(int depth, int[] lengths) {
      if (zero == null) {
        lengths[symbol] = Math.max(1, depth); // a single symbol has a code, too
      } else {
        zero.setLengths(depth + 1, lengths);
        one.setLengths(depth + 1, lengths);
      }
    }
  }

  private static int[] lengths(int[] weights) {
    PriorityQueue<Node> nodes = new PriorityQueue<>();
    for (int symbol = 0; symbol < weights.length; symbol++) {
      if (weights[symbol] > 0) {
        nodes.add(new Node(weights[symbol], symbol, symbol, null, null));
      }
    }
    for (int order = weights.length; nodes.size() > 1; order++) {
      Node zero = nodes.poll();
      Node one = nodes.poll();
      nodes.add(new Node(zero.weight + one.weight, order, -1, zero, one));
    }
    int[] lengths = new int[weights.length];
    nodes.element().setLengths(0, lengths);
    return lengths;
  }

  private static int[] bits(int[] lengths, int longest) {
    int[] next = new int[longest + 1]; // the next code of each length
    for (int length = 1; length <= longest; length++) {
      int shorter = length - 1;
      int count = (int) Arrays.stream(lengths).filter(l -> l == shorter && l > 0).count();
      next[length] = (next[shorter] + count) << 1;
    }
    int[] bits = new int[lengths.length];
    for (int symbol = 0; symbol < bits.length; symbol++) {
      if (lengths[symbol] > 0) {
        bits[symbol] = Integer.reverse(next[lengths[symbol]]++) >>> -lengths[symbol];
      }
    }
    return bits;
  }
}
