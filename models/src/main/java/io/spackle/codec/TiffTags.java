package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * What the first directory of a TIFF file says about its samples. Layout: TIFF 6.0, sections 2 to 8
 * and 18; registered values of other tags: the Library of Congress's list of TIFF tags.
 *
 * @param colours the number of colour channels: 1, 3, or 4 for inks
 * @param alpha of the channel after the colours
 */
record TiffTags(int colours, Alpha alpha) {

  private static final int IMAGE_WIDTH = 256;
  private static final int IMAGE_LENGTH = 257;
  private static final int BITS_PER_SAMPLE = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int SAMPLES_PER_PIXEL = 277;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_LENGTH = 323;
  private static final int INK_SET = 332;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;
  private static final int ICC_PROFILE = 34675;
  private static final int PRIVATE = 65000; // a tag without a meaning

  private static final int TYPE_SHORT = 3;
  private static final int TYPE_LONG = 4;
  private static final int ENTRY_BYTES = 12;
  private static final int MAX_VALUES = 64;
  private static final int MAX_CHANNELS = 8;

  /** The number of pixels of a tile that is accepted for any image, such as 1024 x 1024. */
  private static final long MAX_TILE = 1 << 20;

  private static final int PALETTE = 3;

  /** What the channel after the colours is. */
  enum Alpha {
    NONE,
    STRAIGHT,
    PREMULTIPLIED
  }

  /**
   * Reads the directory.
   *
   * @throws ImageException {@code TRUNCATED}, or {@code UNSUPPORTED_FORMAT} for samples, colours or
   *     compressions that are not decoded
   */
  static TiffTags read(byte[] file) {
    Map<Integer, int[]> tags = tags(file);
    int colours = colours(tags);
    checkSamples(tags, colours);
    checkCompression(first(tags, COMPRESSION, 1));
    checkTiles(tags);
    return new TiffTags(colours, alpha(tags, colours));
  }

  /** The file without its ICC profile, which the plug-in would apply to JPEG-compressed images. */
  static byte[] withoutProfile(byte[] file) {
    ByteBuffer data = data(file);
    int start = data.getInt(4);
    int entries = data.getChar(start);
    for (int entry = start + 2; entry < start + 2 + entries * ENTRY_BYTES; entry += ENTRY_BYTES) {
      if (data.getChar(entry) == ICC_PROFILE) {
        byte[] copy = file.clone();
        data(copy).putShort(entry, (short) PRIVATE);
        return copy;
      }
    }
    return file;
  }

  private static ByteBuffer data(byte[] file) {
    return ByteBuffer.wrap(file)
        .order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  private static Map<Integer, int[]> tags(byte[] file) {
    ByteBuffer data = data(file);
    long start = file.length < 8 ? file.length : Integer.toUnsignedLong(data.getInt(4));
    int entries = start + 2 > file.length ? 0 : Short.toUnsignedInt(data.getShort((int) start));
    if (entries == 0 || start + 2 + (long) entries * ENTRY_BYTES > file.length) {
      throw new ImageException(
          Reason.TRUNCATED, "the TIFF file ends at byte " + file.length + " before its directory");
    }
    Map<Integer, int[]> tags = new HashMap<>();
    for (int i = 0; i < entries; i++) {
      int entry = (int) start + 2 + i * ENTRY_BYTES;
      tags.putIfAbsent(Short.toUnsignedInt(data.getShort(entry)), values(data, entry));
    }
    return tags;
  }

  /** The values of an entry of type SHORT or LONG, of which there are a few. */
  private static int[] values(ByteBuffer data, int entry) {
    int type = data.getShort(entry + 2);
    int size = type == TYPE_SHORT ? Short.BYTES : Integer.BYTES;
    long count = Integer.toUnsignedLong(data.getInt(entry + 4));
    if (type != TYPE_SHORT && type != TYPE_LONG || count > MAX_VALUES) {
      return new int[0];
    }
    long at =
        count * size <= Integer.BYTES ? entry + 8 : Integer.toUnsignedLong(data.getInt(entry + 8));
    if (at + count * size > data.limit()) {
      return new int[0];
    }
    int[] values = new int[(int) count];
    for (int i = 0; i < count; i++) {
      int from = (int) at + i * size;
      values[i] = type == TYPE_SHORT ? data.getChar(from) : data.getInt(from);
    }
    return values;
  }

  private static int first(Map<Integer, int[]> tags, int tag, int otherwise) {
    int[] values = tags.getOrDefault(tag, new int[0]);
    return values.length > 0 ? values[0] : otherwise;
  }

  private static void checkSamples(Map<Integer, int[]> tags, int colours) {
    for (int format : tags.getOrDefault(SAMPLE_FORMAT, new int[0])) {
      if (format == 2 || format == 3 || format > 4) {
        String kind = format == 2 ? "signed" : format == 3 ? "floating-point" : "complex";
        throw unsupported(kind + " samples, expected unsigned integers");
      }
    }
    int channels = first(tags, SAMPLES_PER_PIXEL, 1);
    if (channels < 1 || channels > MAX_CHANNELS) {
      throw unsupported(channels + " channels, expected up to " + MAX_CHANNELS);
    }
    int[] bits = tags.getOrDefault(BITS_PER_SAMPLE, new int[] {1});
    boolean packed = colours == 1 || isPalette(tags);
    IntPredicate known = b -> b == 8 || b == 16 || packed && (b == 1 || b == 2 || b == 4);
    if (Arrays.stream(bits).distinct().count() != 1 || !known.test(bits[0])) {
      String found = Arrays.toString(bits).replaceAll("[\\[\\]]", "");
      throw unsupported(
          "samples of " + found + " bits, expected 8 or 16, or up to 4 of grey and palettes");
    }
  }

  private static boolean isPalette(Map<Integer, int[]> tags) {
    return first(tags, PHOTOMETRIC, 0) == PALETTE;
  }

  private static void checkCompression(int compression) {
    String name =
        switch (compression) {
          case 1, 2, 3, 4, 5, 7, 8, 32773, 32946 -> "";
          case 6 -> "old JPEG";
          case 34712 -> "JPEG 2000";
          case 34887 -> "LERC";
          case 34925 -> "LZMA";
          case 50000 -> "Zstandard";
          case 34927, 50001 -> "WebP";
          case 50002, 52546 -> "JPEG XL";
          default -> "number " + compression;
        };
    if (!name.isEmpty()) {
      throw unsupported("compression " + name + ", expected LZW, Deflate, PackBits, CCITT or JPEG");
    }
  }

  /** Tiles are decoded one by one, each in one piece. */
  private static void checkTiles(Map<Integer, int[]> tags) {
    long pixels = (long) first(tags, IMAGE_WIDTH, 0) * first(tags, IMAGE_LENGTH, 0);
    long width = first(tags, TILE_WIDTH, 0);
    long height = first(tags, TILE_LENGTH, 0);
    if (width < 0 || height < 0 || width * height > Math.max(MAX_TILE, 4 * pixels)) {
      throw unsupported("tiles of " + width + " x " + height + ", larger than the image");
    }
  }

  private static int colours(Map<Integer, int[]> tags) {
    int photometric = first(tags, PHOTOMETRIC, 0);
    return switch (photometric) {
      case 0, 1 -> 1;
      case 2, PALETTE, 6 -> 3;
      case 5 -> {
        if (first(tags, INK_SET, 1) != 1) {
          throw unsupported("other inks than CMYK");
        }
        yield 4;
      }
      case 8, 9, 10 -> throw unsupported("Lab colours, expected RGB, CMYK, palettes or grey");
      default -> throw unsupported("colours of kind " + photometric + ", expected RGB or grey");
    };
  }

  private static Alpha alpha(Map<Integer, int[]> tags, int colours) {
    boolean extra = !isPalette(tags) && first(tags, SAMPLES_PER_PIXEL, 1) > colours;
    return switch (extra ? first(tags, EXTRA_SAMPLES, 0) : 0) {
      case 1 -> Alpha.PREMULTIPLIED;
      case 2 -> Alpha.STRAIGHT;
      default -> Alpha.NONE; // unspecified data is no alpha
    };
  }

  private static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT,
        "found a TIFF file with " + found + ": convert it first, to PNG for example");
  }
}
