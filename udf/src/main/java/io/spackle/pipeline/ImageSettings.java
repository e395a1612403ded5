package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageFormat;
import io.spackle.image.FramingOptions;
import java.io.Serializable;

/**
 * The settings of a row's images.
 *
 * @param limits of an input image
 * @param framing to the size that the model generates, and pasting back
 * @param format of the generated images
 */
public record ImageSettings(DecodeLimits limits, FramingOptions framing, ImageFormat format)
    implements Serializable {}
