package io.spackle.codec;

import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The colours of an ICC profile: RGB or grey, other than sRGB. Conversions are relative
 * colorimetric or perceptual, as the profile's header says.
 */
final class ColourProfile {

  private static final ICC_Profile SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB);

  /** Five levels of each primary in all combinations. */
  private static final Plane PROBE = probe();

  private final ICC_Profile profile;
  private final int bands;

  private ColourProfile(ICC_Profile profile) {
    this.profile = profile;
    this.bands = profile.getNumComponents();
  }

  /** What the colours of a file mean. */
  enum Kind {
    /** They are sRGB, or differ from it by rounding only. */
    SRGB,
    /** They must be converted. */
    OTHER,
    /** The profile is one of CMYK, which the decoder has converted to sRGB. */
    CONVERTED,
    /** The profile is damaged, or not one of the file's kind of colours. */
    UNUSABLE
  }

  /**
   * The result of reading a profile.
   *
   * @param profile present for {@link Kind#OTHER}
   */
  record Read(Kind kind, Optional<ColourProfile> profile) {

    /** A file without a profile. */
    static final Read NONE = of(Kind.SRGB);

    private static Read of(Kind kind) {
      return new Read(kind, Optional.empty());
    }
  }

  /**
   * Reads a profile.
   *
   * @param bytes of the profile, not validated
   * @param bands of the file's colours: 1 for grey, 3 for RGB
   */
  static Read read(byte[] bytes, int bands) {
    try {
      ICC_Profile profile = ICC_Profile.getInstance(bytes);
      int expected = bands == 1 ? ColorSpace.TYPE_GRAY : ColorSpace.TYPE_RGB;
      int found = profile.getColorSpaceType();
      if (found != expected) {
        return Read.of(found == ColorSpace.TYPE_CMYK ? Kind.CONVERTED : Kind.UNUSABLE);
      }
      ColourProfile colours = new ColourProfile(profile);
      return colours.isSrgb() ? Read.of(Kind.SRGB) : new Read(Kind.OTHER, Optional.of(colours));
    } catch (IllegalArgumentException | CMMException e) {
      return Read.of(Kind.UNUSABLE);
    }
  }

  /** The number of colour channels: 1 for grey, 3 for RGB. */
  int bands() {
    return bands;
  }

  /** The image in sRGB. */
  RgbImage toSrgb(RgbImage image) {
    return RgbImage.of(toSrgb(image.plane(), 1));
  }

  /**
   * RGB samples in sRGB; grey samples are in all three channels.
   *
   * @param sampleBytes 1, or 2 for 16-bit big-endian samples
   */
  Plane toSrgb(Plane image, int sampleBytes) {
    Plane source = bands == 1 ? image.part(0, sampleBytes) : image;
    return convert(source, sampleBytes, profile, SRGB);
  }

  /**
   * sRGB colours in this profile's.
   *
   * @param srgb RGB samples
   * @param sampleBytes of the samples, and of those returned: 1, or 2 for 16 bits
   * @return {@link #bands} channels
   */
  Plane fromSrgb(Plane srgb, int sampleBytes) {
    return convert(srgb, sampleBytes, SRGB, profile);
  }

  /**
   * A colour in this profile's colours.
   *
   * @param srgb 0xRRGGBB
   * @return the same layout; grey is in all three channels
   */
  int fromSrgb(int srgb) {
    byte[] pixel = {(byte) (srgb >> 16), (byte) (srgb >> 8), (byte) srgb};
    byte[] colour = fromSrgb(new Plane(1, 1, RgbImage.CHANNELS, pixel), 1).data();
    int last = colour.length - 1;
    return (colour[0] & 0xFF) << 16 | (colour[last / 2] & 0xFF) << 8 | colour[last] & 0xFF;
  }

  private static Plane convert(
      Plane from, int sampleBytes, ICC_Profile source, ICC_Profile target) {
    int bands = target.getNumComponents();
    WritableRaster in = raster(from, sampleBytes);
    Plane to = from.blankOf(bands * sampleBytes);
    WritableRaster out = raster(to, sampleBytes);
    new ColorConvertOp(new ICC_Profile[] {source, target}, null).filter(in, out);
    return sampleBytes == 1 ? to : bigEndian(out, to);
  }

  /** The samples as a raster; bytes are shared, 16-bit samples are copied. */
  private static WritableRaster raster(Plane plane, int sampleBytes) {
    int bands = plane.channels() / sampleBytes;
    int[] offsets = IntStream.range(0, bands).toArray();
    DataBuffer data;
    if (sampleBytes == 1) {
      data = new DataBufferByte(plane.data(), plane.data().length);
    } else {
      short[] samples = new short[plane.data().length / Short.BYTES];
      ByteBuffer.wrap(plane.data()).asShortBuffer().get(samples);
      data = new DataBufferUShort(samples, samples.length);
    }
    return Raster.createInterleavedRaster(
        data, plane.width(), plane.height(), plane.width() * bands, bands, offsets, null);
  }

  private static Plane bigEndian(WritableRaster samples, Plane target) {
    short[] data = ((DataBufferUShort) samples.getDataBuffer()).getData();
    ByteBuffer.wrap(target.data()).asShortBuffer().put(data);
    return target;
  }

  /** Whether a conversion would only round. Colours decide: sRGB profiles have many names. */
  private boolean isSrgb() {
    byte[] after = toSrgb(PROBE, 1).data();
    for (int i = 0; i < after.length; i++) {
      // Grey is compared with the probe's grey pixels, where the three channels are equal.
      int before = PROBE.data()[bands == 1 ? i / RgbImage.CHANNELS * RgbImage.CHANNELS : i] & 0xFF;
      if (Math.abs(before - (after[i] & 0xFF)) > 1) {
        return false;
      }
    }
    return true;
  }

  private static Plane probe() {
    int levels = 5;
    int size = levels * levels * levels;
    byte[] pixels = new byte[size * RgbImage.CHANNELS];
    for (int colour = 0; colour < size; colour++) {
      pixels[RgbImage.CHANNELS * colour] = (byte) (colour % levels * 255 / (levels - 1));
      pixels[RgbImage.CHANNELS * colour + 1] =
          (byte) (colour / levels % levels * 255 / (levels - 1));
      pixels[RgbImage.CHANNELS * colour + 2] =
          (byte) (colour / levels / levels * 255 / (levels - 1));
    }
    return new Plane(size, 1, RgbImage.CHANNELS, pixels);
  }
}
