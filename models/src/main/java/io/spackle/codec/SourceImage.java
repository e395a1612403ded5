package io.spackle.codec;

import io.spackle.codec.OutputOptions.Alpha;
import io.spackle.codec.OutputOptions.Colour;
import io.spackle.image.Canvas;
import io.spackle.image.Filter;
import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import java.util.Locale;
import java.util.Optional;

/**
 * An init image as its file has it: with its colours, its alpha and its 16 bits. It gives the 8-bit
 * sRGB image that a model gets, and merges generated pixels into the original ones. Immutable.
 */
public final class SourceImage {

  /** The width in pixels of the surroundings that a fill depends on in any case. */
  private static final int NEAR = 16;

  /** From this alpha on the background changes a colour by less than anybody sees. */
  private static final int OPAQUE = 250;

  private final DecodedImage stored;
  private final Properties properties;
  private final Optional<ColourProfile> profile;
  private final int background;
  private final RgbImage rgb;
  private final Optional<Mask> generatedAlpha;

  SourceImage(DecodedImage stored, Properties properties, int background) {
    this(
        stored,
        properties,
        background,
        properties.colours().profile().map(stored::inSrgb).orElse(stored).on(background),
        Optional.empty());
  }

  /**
   * @param rgb the stored image in sRGB, on the background
   * @param generatedAlpha of generated pixels; if empty, they are opaque
   */
  private SourceImage(
      DecodedImage stored,
      Properties properties,
      int background,
      RgbImage rgb,
      Optional<Mask> generatedAlpha) {
    this.stored = stored;
    this.properties = properties;
    this.profile = properties.colours().profile();
    this.background = background;
    this.rgb = rgb;
    this.generatedAlpha = generatedAlpha;
  }

  /**
   * What the file says beside its pixels.
   *
   * @param metadata as the file has it
   * @param tables of a JPEG file
   * @param lossless whether a WebP file is
   */
  record Properties(
      FileType type,
      ColourProfile.Read colours,
      ImageMetadata metadata,
      Optional<JpegTables> tables,
      boolean lossless) {}

  /**
   * Decodes an init image.
   *
   * @param limits checked against the header before pixels are decoded
   * @throws io.spackle.image.ImageException if the bytes are not an image within the limits
   */
  public static SourceImage decode(byte[] bytes, DecodeLimits limits) {
    return ImageCodec.source(bytes, limits);
  }

  /** The image for the model: sRGB, transparent pixels show the background. */
  public RgbImage rgb() {
    return rgb;
  }

  /**
   * The image in sRGB with another ground behind transparent pixels.
   *
   * @param ground as 0xRRGGBB
   */
  public RgbImage rgbOn(int ground) {
    return ground == background ? rgb : profile.map(stored::inSrgb).orElse(stored).on(ground);
  }

  /** The ground of {@link #rgb}, as 0xRRGGBB. */
  public int background() {
    return background;
  }

  /** The alpha of each pixel, 255 is opaque; empty if the file has none. */
  public Optional<Mask> alpha() {
    return stored.alpha();
  }

  /**
   * 255 where pixels show their own colour, else 0: elsewhere the background shines through. Empty
   * if all do.
   */
  public Optional<Mask> opaque() {
    if (stored.alpha().isEmpty() || !isTransparent()) {
      return Optional.empty();
    }
    Mask alpha = stored.alpha().get();
    byte[] levels = new byte[alpha.levels().length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (alpha.levels()[i] & 0xFF) >= OPAQUE ? (byte) 255 : 0;
    }
    return Optional.of(new Mask(alpha.width(), alpha.height(), levels));
  }

  /** Whether the file has samples of more than 8 bits. */
  public boolean isDeep() {
    return stored.deep().isPresent();
  }

  /** Whether the file has a profile that is damaged or does not match its channels. */
  public boolean hasUnusableProfile() {
    return properties.colours().kind() == ColourProfile.Kind.UNUSABLE;
  }

  /** The type of the file, such as image/png. */
  public String mediaType() {
    return "image/" + properties.type().name().toLowerCase(Locale.ROOT);
  }

  /** The C2PA manifest store of the file, which is valid for it alone. */
  public Optional<byte[]> manifest() {
    return properties.metadata().manifest();
  }

  /** Whether an output loses transparency. */
  public boolean isFlattenedBy(OutputOptions options) {
    return stored.alpha().isPresent() && !keepsAlpha(options) && isTransparent();
  }

  /**
   * Whether the output has an alpha, and pixels that are not opaque in the masked region or close
   * to it.
   */
  public boolean isTransparentNear(Frame frame, OutputOptions options) {
    if (stored.alpha().isEmpty() || !keepsAlpha(options)) {
      return false;
    }
    Mask alpha =
        Filter.LANCZOS.resize(stored.alpha().get(), frame.outputWidth(), frame.outputHeight());
    Mask near = frame.outputMask().grown(NEAR);
    for (int i = 0; i < near.levels().length; i++) {
      if (near.levels()[i] != 0 && (alpha.levels()[i] & 0xFF) < 0xFF) {
        return true;
      }
    }
    return false;
  }

  /** What the mask of this image must fit. */
  public MaskTarget maskTarget() {
    return new MaskTarget(stored.width(), stored.height(), properties.metadata().orientation());
  }

  /**
   * This image on a larger canvas. What is new repeats the pixels at the edges, and generated
   * pixels of it have their alpha: next to a cut-out they are transparent.
   *
   * @param masked the inset of the image that is masked
   * @param replaced the inset that repeats pixels, too, at most as wide
   */
  public SourceImage extended(Canvas canvas, int masked, int replaced) {
    DecodedImage extended = stored.extended(canvas, replaced);
    boolean shared = stored.colour().equals(rgb);
    return new SourceImage(
        extended,
        properties,
        background,
        shared ? extended.colour() : RgbImage.of(canvas.extend(rgb.plane(), replaced)),
        extended.alpha().map(levels -> levels.or(canvas.mask(masked).inverted())));
  }

  /** The memory that the decoded pixels take, in bytes. */
  public long bytes() {
    long shared = stored.colour().equals(rgb) ? 0 : rgb.pixels().length;
    long alpha = generatedAlpha.map(levels -> (long) levels.levels().length).orElse(0L);
    return stored.bytes() + shared + alpha;
  }

  /**
   * Encodes an output.
   *
   * @param result the frame's output in sRGB
   * @param filledAlpha the alpha of the masked region; if empty, that region is opaque
   */
  public EncodedImage encode(
      RgbImage result, Frame frame, Optional<Mask> filledAlpha, OutputOptions options) {
    return encoded(
        merged(result, frame, filledAlpha.or(() -> generatedAlpha), options),
        metadata(options).upright(result.width(), result.height()),
        options);
  }

  /** Encodes an image that replaces the output: nothing of the init image is in it. */
  public EncodedImage encodeReplacement(RgbImage image, OutputOptions options) {
    return encoded(OutputImage.of(image), ImageMetadata.NONE, options);
  }

  private EncodedImage encoded(OutputImage image, ImageMetadata metadata, OutputOptions options) {
    ImageFormat format = options.format().resolve(properties.type());
    float quality = options.quality() / 100f;
    byte[] bytes =
        options.format() == OutputFormat.SOURCE
            ? encodedAsSource(image, format, quality)
            : image.encode(format, quality);
    return new EncodedImage(bytes, format, metadata);
  }

  /** With no other losses than the file has: its quantization tables, or lossless WebP. */
  private byte[] encodedAsSource(OutputImage image, ImageFormat format, float quality) {
    if (properties.tables().isPresent()) {
      return LossyWriter.jpeg(image, quality, properties.tables());
    }
    return properties.lossless() ? LossyWriter.losslessWebp(image) : image.encode(format, quality);
  }

  private OutputImage merged(
      RgbImage result, Frame frame, Optional<Mask> filledAlpha, OutputOptions options) {
    boolean alpha = stored.alpha().isPresent() && keepsAlpha(options);
    boolean flattened = stored.alpha().isPresent() && !alpha;
    ImageFormat format = options.format().resolve(properties.type());
    boolean deep =
        format == ImageFormat.PNG
            && !flattened
            && stored.colour().plane().isSized(result.width(), result.height());
    boolean own = keepsColours(options);
    DecodedImage base = own ? stored : profile.map(stored::inSrgb).orElse(stored).inRgb();
    base = flattened ? flattened(base, own) : base;
    return new OutputMerge(deep ? base : base.inBytes(), own ? profile : Optional.empty())
        .merge(result, frame, filledAlpha);
  }

  /** The metadata of an output; a profile that does not describe its colours is left out. */
  private ImageMetadata metadata(OutputOptions options) {
    boolean described =
        switch (properties.colours().kind()) {
          case SRGB, OTHER -> keepsColours(options);
          case CONVERTED, UNUSABLE -> false;
        };
    return described ? properties.metadata() : properties.metadata().withoutColours();
  }

  private boolean keepsColours(OutputOptions options) {
    // libwebp writes RGB only, which a grey profile does not describe.
    boolean greyWebp =
        stored.grey() && options.format().resolve(properties.type()) == ImageFormat.WEBP;
    return options.colour() == Colour.KEEP && !greyWebp;
  }

  private DecodedImage flattened(DecodedImage image, boolean own) {
    int behind =
        own ? profile.map(colours -> colours.fromSrgb(background)).orElse(background) : background;
    return image.flattened(behind);
  }

  private boolean keepsAlpha(OutputOptions options) {
    return options.alpha() == Alpha.KEEP
        && options.format().resolve(properties.type()) != ImageFormat.JPEG;
  }

  private boolean isTransparent() {
    for (byte level : stored.alpha().orElseThrow().levels()) {
      if ((level & 0xFF) < 0xFF) {
        return true;
      }
    }
    return false;
  }
}
