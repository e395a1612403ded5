package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageFormat;
import io.spackle.image.FramingOptions;
import java.io.Serializable;

/** How images are read, framed and written. */
public record ImageSettings(DecodeLimits limits, FramingOptions framing, ImageFormat format)
    implements Serializable {}
