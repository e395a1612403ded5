package io.spackle.pipeline;

import io.spackle.codec.EncodedImage;
import io.spackle.codec.SourceImage;
import io.spackle.provenance.Generation;
import io.spackle.provenance.MarkingOptions;
import io.spackle.provenance.OutputMarking;
import io.spackle.provenance.SourceType;
import java.util.Optional;

/** Completes the encoded outputs of rows: their metadata, and the mark of generated images. */
public final class RowMarking {

  private final OutputMarking marking;
  private final Generation.Model model;

  /**
   * @param model the name of the model
   * @param digest of the model's folder
   */
  public RowMarking(MarkingOptions options, String model, String digest) {
    this.marking = new OutputMarking(options);
    this.model = new Generation.Model(model, Optional.of(digest), version());
  }

  private static String version() {
    String version = RowMarking.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version; // classes outside a jar have none
  }

  /**
   * The complete file.
   *
   * @param init the image that was edited
   * @param sha256 of its file
   * @param generated false if the mask is empty: there is nothing to mark
   */
  public byte[] complete(EncodedImage file, SourceImage init, String sha256, boolean generated) {
    Generation.Input input = new Generation.Input(init.mediaType(), sha256);
    Optional<Generation> generation =
        generated
            ? Optional.of(
                new Generation(SourceType.COMPOSITE_WITH_TRAINED_MODEL, model, input))
            : Optional.empty();
    return marking.apply(file.bytes(), file.metadata(), generation);
  }
}
