package io.spackle.pipeline;

import io.spackle.codec.EncodedImage;
import io.spackle.codec.SourceImage;
import io.spackle.model.ModelSettings.Origin;
import io.spackle.provenance.Generation;
import io.spackle.provenance.InputManifest;
import io.spackle.provenance.MarkingOptions;
import io.spackle.provenance.MarkingOptions.Mark;
import io.spackle.provenance.OutputMarking;
import io.spackle.provenance.SourceType;
import io.spackle.row.Sha256;
import java.time.Instant;
import java.util.Optional;

/** Completes the encoded outputs of rows: their metadata, and the mark of generated images. */
final class RowMarking {

  private final MarkingOptions options;
  private final OutputMarking marking;
  private final Generation.Model model;
  private final SourceType sourceType;

  /**
   * @param model the name of the model
   * @param origin of the model
   */
  RowMarking(MarkingOptions options, String model, Origin origin) {
    this.options = options;
    this.marking = new OutputMarking(options);
    this.sourceType =
        origin.isTrained()
            ? SourceType.COMPOSITE_WITH_TRAINED_MODEL
            : SourceType.ALGORITHMICALLY_ENHANCED;
    this.model = new Generation.Model(model, Optional.of(origin.digest()), version());
  }

  private static String version() {
    String version = RowMarking.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version; // classes outside a jar have none
  }

  /**
   * How the outputs of a row are made.
   *
   * @param file of the init image
   */
  Generation generation(SourceImage init, byte[] file) {
    Optional<InputManifest> manifest =
        options.mark() == Mark.C2PA
            ? init.manifest().flatMap(store -> InputManifest.of(file, store, Instant.now()))
            : Optional.empty();
    return new Generation(
        sourceType, model, new Generation.Input(init.mediaType(), Sha256.hex(file), manifest));
  }

  /**
   * The complete file.
   *
   * @param generation empty if the mask is: there is nothing to mark
   */
  byte[] complete(EncodedImage file, Optional<Generation> generation) {
    return marking.apply(file.bytes(), file.metadata(), generation);
  }

  /** Whether outputs lose the signed manifest of their init image. */
  static boolean drops(SourceImage init, Optional<Generation> generation) {
    boolean kept = generation.flatMap(made -> made.input().manifest()).isPresent();
    return init.manifest().isPresent() && !kept;
  }
}
