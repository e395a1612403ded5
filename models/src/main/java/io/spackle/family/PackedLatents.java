package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;

/**
 * Flux's view of latents: each 2 x 2 block is one token, its channels in the order channel, row,
 * column.
 *
 * @param rows tokens from top to bottom
 * @param columns tokens from left to right
 */
record PackedLatents(int rows, int columns) {

  /** The side of a token in latents. */
  private static final int BLOCK = 2;

  /** The side of a token in pixels. */
  static final int PIXELS = BLOCK * VaeCodec.FACTOR;

  /** The grid of an image whose sides are multiples of {@link #PIXELS}. */
  static PackedLatents of(int width, int height) {
    return new PackedLatents(height / PIXELS, width / PIXELS);
  }

  int tokens() {
    return rows * columns;
  }

  /** (1, channels, h, w) of the latents before packing. */
  Shape latents(int channels) {
    return Shape.of(1, channels, rows * BLOCK, columns * BLOCK);
  }

  /**
   * Latents to tokens.
   *
   * @param latents (1, channels, h, w)
   * @return (1, tokens, 4 * channels)
   */
  FloatTensor pack(FloatTensor latents) {
    int channels = latents.shape().axis(1);
    float[] packed = new float[latents.data().length];
    for (int at = 0; at < packed.length; at++) {
      packed[at] = latents.data()[source(at, channels)];
    }
    return FloatTensor.of(packed, 1, tokens(), BLOCK * BLOCK * channels);
  }

  /**
   * Tokens to latents.
   *
   * @param packed (batch, tokens, 4 * channels)
   * @return (batch, channels, h, w)
   */
  FloatTensor unpack(FloatTensor packed) {
    int channels = packed.shape().axis(2) / (BLOCK * BLOCK);
    int picture = tokens() * BLOCK * BLOCK * channels;
    float[] latents = new float[packed.data().length];
    for (int at = 0; at < latents.length; at++) {
      latents[at / picture * picture + source(at % picture, channels)] = packed.data()[at];
    }
    return new FloatTensor(latents, latents(channels).withBatch(packed.batch()));
  }

  /** Where value {@code at} of a packed image lies in its latents. */
  private int source(int at, int channels) {
    int width = BLOCK * BLOCK * channels;
    int token = at / width;
    int channel = at % width / (BLOCK * BLOCK);
    int row = token / columns * BLOCK + at % (BLOCK * BLOCK) / BLOCK;
    int column = token % columns * BLOCK + at % BLOCK;
    return (channel * rows * BLOCK + row) * columns * BLOCK + column;
  }

  /**
   * The mask at full resolution: the 8 x 8 pixels of each latent as 64 channels, row by row, then
   * packed.
   *
   * @return (1, tokens, 256)
   */
  FloatTensor packMask(Mask mask) {
    Shape shape = latents(VaeCodec.FACTOR * VaeCodec.FACTOR);
    int height = shape.axis(2);
    int width = shape.axis(3);
    float[] channels = new float[shape.size()];
    for (int at = 0; at < channels.length; at++) {
      int channel = at / (height * width);
      int y = at / width % height * VaeCodec.FACTOR + channel / VaeCodec.FACTOR;
      int x = at % width * VaeCodec.FACTOR + channel % VaeCodec.FACTOR;
      channels[at] = mask.isMasked(x, y) ? 1 : 0;
    }
    return pack(new FloatTensor(channels, shape));
  }

  /** (tokens, 3): 0, row, column of each token. */
  LongTensor positions() {
    long[] positions = new long[tokens() * 3];
    for (int token = 0; token < tokens(); token++) {
      positions[3 * token + 1] = token / columns;
      positions[3 * token + 2] = token % columns;
    }
    return LongTensor.of(positions, tokens(), 3);
  }
}
