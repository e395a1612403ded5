package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.OutputOptions;
import io.spackle.image.FramingOptions;
import io.spackle.provenance.MarkingOptions;
import java.io.Serializable;

/**
 * The settings of a row's images.
 *
 * @param limits of an input image
 * @param framing to the size that the model generates, and pasting back
 * @param output what the output keeps of the init image, and its format
 * @param marking what the output says besides its pixels
 */
public record ImageSettings(
    DecodeLimits limits, FramingOptions framing, OutputOptions output, MarkingOptions marking)
    implements Serializable {}
