package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The usual kind of PNG file: 8 bits per sample, grey or RGB, with or without alpha, not
 * interlaced, no transparent colour. It is decoded several times as fast as by the JDK, to the same
 * samples. Layout and filters: PNG specification, third edition, sections 9 and 11.
 */
final class PlainPng {

  private static final int HEADER = 16; // the place of the width
  private static final int FIRST_CHUNK = 33;
  private static final int OVERHEAD_BYTES = 12; // length, type, CRC
  private static final int PALETTE_FLAG = 1;
  private static final int ALPHA_FLAG = 4;

  private final byte[] file;
  private final int width;
  private final int height;
  private final int channels;

  private PlainPng(byte[] file, int channels) {
    this.file = file;
    this.width = (int) Bytes.u32(file, HEADER);
    this.height = (int) Bytes.u32(file, HEADER + 4);
    this.channels = channels;
  }

  /**
   * Decodes a file.
   *
   * @param file whose chunks were checked
   * @return empty for a file of another kind, or with damaged pixels
   */
  static Optional<DecodedImage> decode(byte[] file) {
    int bits = file[HEADER + 8];
    int colourType = file[HEADER + 9];
    boolean isInterlaced = file[HEADER + 12] != 0;
    if (bits != Byte.SIZE || (colourType & PALETTE_FLAG) != 0 || isInterlaced) {
      return Optional.empty();
    }
    int alpha = (colourType & ALPHA_FLAG) == 0 ? 0 : 1;
    int colours = colourType == 0 || colourType == ALPHA_FLAG ? 1 : RgbImage.CHANNELS;
    PlainPng png = new PlainPng(file, colours + alpha);
    return png.samples().map(plane -> image(plane, alpha == 1));
  }

  private static DecodedImage image(Plane samples, boolean hasAlpha) {
    int colours = samples.channels() - (hasAlpha ? 1 : 0);
    Plane colour = hasAlpha ? samples.part(0, colours) : samples;
    boolean isGrey = colours == 1;
    return new DecodedImage(
        isGrey ? Mask.of(colour).toRgb() : RgbImage.of(colour),
        hasAlpha ? Optional.of(Mask.of(samples.part(colours, 1))) : Optional.empty(),
        isGrey,
        Optional.empty());
  }

  private Optional<Plane> samples() {
    int stride = width * channels;
    byte[] filtered = new byte[Math.multiplyExact(stride + 1, height)];
    if (!inflate(filtered)) {
      return Optional.empty();
    }
    byte[] samples = new byte[stride * height];
    byte[] above = new byte[stride];
    byte[] row = new byte[stride];
    for (int y = 0; y < height; y++) {
      int from = y * (stride + 1);
      System.arraycopy(filtered, from + 1, row, 0, stride);
      if (!unfilter(filtered[from], row, above)) {
        return Optional.empty();
      }
      System.arraycopy(row, 0, samples, y * stride, stride);
      byte[] done = row;
      row = above;
      above = done;
    }
    return Optional.of(new Plane(width, height, channels, samples));
  }

  /** Fills an array with the filtered rows; false if that fails, or a colour is transparent. */
  private boolean inflate(byte[] filtered) {
    Inflater inflater = new Inflater();
    try {
      int length = 0;
      for (int at = FIRST_CHUNK; !isNamed(at, "IEND"); at = next(at)) {
        if (isNamed(at, "tRNS")) {
          return false;
        }
        if (isNamed(at, "IDAT")) {
          inflater.setInput(file, at + 8, (int) Bytes.u32(file, at));
          length += inflater.inflate(filtered, length, filtered.length - length);
        }
      }
      return length == filtered.length;
    } catch (DataFormatException e) {
      return false;
    } finally {
      inflater.end();
    }
  }

  private boolean isNamed(int chunk, String name) {
    return Bytes.startsWith(file, chunk + 4, name);
  }

  private int next(int chunk) {
    return chunk + (int) Bytes.u32(file, chunk) + OVERHEAD_BYTES;
  }

  /** Undoes the filter of a row in place; false for an unknown filter. */
  private boolean unfilter(int filter, byte[] row, byte[] above) {
    switch (filter) {
      case 0 -> {}
      case 1 -> addLeft(row);
      case 2 -> addAbove(row, above);
      case 3 -> addAverage(row, above);
      case 4 -> addPaeth(row, above);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void addLeft(byte[] row) {
    for (int i = channels; i < row.length; i++) {
      row[i] += row[i - channels];
    }
  }

  private static void addAbove(byte[] row, byte[] above) {
    for (int i = 0; i < row.length; i++) {
      row[i] += above[i];
    }
  }

  private void addAverage(byte[] row, byte[] above) {
    for (int i = 0; i < channels; i++) {
      row[i] += (byte) ((above[i] & 0xFF) >> 1);
    }
    for (int i = channels; i < row.length; i++) {
      row[i] += (byte) ((row[i - channels] & 0xFF) + (above[i] & 0xFF) >> 1);
    }
  }

  private void addPaeth(byte[] row, byte[] above) {
    for (int i = 0; i < channels; i++) {
      row[i] += above[i];
    }
    for (int i = channels; i < row.length; i++) {
      int left = row[i - channels] & 0xFF;
      int upper = above[i] & 0xFF;
      int corner = above[i - channels] & 0xFF;
      // The distance of each, then its rank among equal ones, then its value.
      int ofLeft = Math.abs(upper - corner) << 10 | left;
      int ofUpper = Math.abs(left - corner) << 10 | 1 << 8 | upper;
      int ofCorner = Math.abs(left + upper - 2 * corner) << 10 | 2 << 8 | corner;
      row[i] += (byte) Math.min(ofLeft, Math.min(ofUpper, ofCorner));
    }
  }
}
