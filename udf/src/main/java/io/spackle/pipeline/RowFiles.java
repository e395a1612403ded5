package io.spackle.pipeline;

import io.spackle.codec.EncodedImage;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.OutputOptions;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.pipeline.PreviewWriter.Preview;
import io.spackle.provenance.Generation;
import io.spackle.row.MadeImage;
import io.spackle.row.ManifestRow;
import io.spackle.sink.ImageWriter.ImageFile;
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

  /** The files of a row: one per sample, how these came about, and that of the mask. */
  record Encoded(List<Sample> samples, List<MadeImage> made, Optional<byte[]> mask) {}

  /** The locations of these files; that of the mask may be null. */
  record Written(List<String> samples, String mask) {

    static final Written NOTHING = new Written(List.of(), null);
  }

  /**
   * Encodes the best try of each sample, one at a time.
   *
   * @param generation for the outputs' marks; empty if the mask is
   * @param outputsOfModel the first try of each sample
   * @throws InterruptedException if the thread is interrupted
   */
  Encoded encode(
      FramedRow framed,
      Optional<Generation> generation,
      List<Generated.Output> outputsOfModel,
      RowTries tries)
      throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    tries.forEach(
        outputsOfModel,
        (output, image) -> {
          boolean isFirst = samples.isEmpty();
          samples.add(
              cores.onCore(
                  () -> {
                    EncodedImage file = output.encode(image, framed, options);
                    byte[] complete = marking.complete(file, generation);
                    Optional<Preview> preview = isFirst ? preview(framed, image) : Optional.empty();
                    return new Sample(complete, file.format(), preview);
                  }));
        });
    Frame frame = framed.frame();
    return new Encoded(
        samples, tries.made(), cores.onCore(() -> outputs.encoded(frame.outputMask())));
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
    List<ImageFile> files = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      files.add(new ImageFile(samples.get(i).file(), encoded.made().get(i).seed()));
    }
    String extension = samples.get(0).format().extension();
    List<String> locations = outputs.images().write(row, files, extension);
    samples.get(0).preview().ifPresent(preview -> outputs.previews().write(row.id(), preview));
    return new Written(locations, mask);
  }
}
