package io.spackle.pipeline;

import io.spackle.codec.EncodedImage;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.OutputOptions;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.pipeline.PreviewWriter.Preview;
import io.spackle.provenance.Generation;
import io.spackle.row.ManifestRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The output files of rows: pasted back, encoded, marked and written.
 *
 * @param cores to encode on
 */
record RowFiles(
    RowOutputs outputs, OutputOptions options, RowMarking marking, InFlightLimits cores) {

  /** A complete file; the row's first one may have a preview. */
  private record Sample(byte[] file, ImageFormat format, Optional<Preview> preview) {}

  /** The files of a row: one per sample, and that of the mask. */
  record Encoded(List<Sample> samples, Optional<byte[]> mask) {}

  /** The locations of these files; that of the mask may be null. */
  record Written(List<String> samples, String mask) {

    static final Written NOTHING = new Written(List.of(), null);
  }

  /**
   * Pastes back and encodes one image at a time, so that only one output image is in memory.
   *
   * @param generation for the outputs' marks; empty if the mask is
   * @throws InterruptedException if the thread is interrupted
   */
  Encoded encode(
      FramedRow framed, Optional<Generation> generation, List<Generated.Output> outputsOfModel)
      throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    for (Generated.Output output : outputsOfModel) {
      boolean hasPreview = samples.isEmpty();
      samples.add(cores.onCore(() -> sample(framed, generation, output, hasPreview)));
    }
    Frame frame = framed.frame();
    return new Encoded(samples, cores.onCore(() -> outputs.encoded(frame.outputMask())));
  }

  private Sample sample(
      FramedRow framed,
      Optional<Generation> generation,
      Generated.Output output,
      boolean hasPreview) {
    RgbImage image = output.image().get();
    EncodedImage file = output.encode(image, framed, options);
    return new Sample(
        marking.complete(file, generation),
        file.format(),
        hasPreview ? preview(framed, image) : Optional.empty());
  }

  private Optional<Preview> preview(FramedRow framed, RgbImage image) {
    return outputs
        .previews()
        .of(framed.row().id(), framed.frame(), Optional.ofNullable(framed.reference()), image);
  }

  /** Writes the files of a row. */
  Written write(ManifestRow row, Encoded encoded) {
    String mask = outputs.write(row.id(), encoded.mask());
    List<Sample> samples = encoded.samples();
    if (samples.isEmpty()) {
      return new Written(List.of(), mask);
    }
    List<byte[]> files = samples.stream().map(Sample::file).toList();
    String extension = samples.get(0).format().extension();
    List<String> locations = outputs.images().write(row, files, extension);
    samples.get(0).preview().ifPresent(preview -> outputs.previews().write(row.id(), preview));
    return new Written(locations, mask);
  }
}
