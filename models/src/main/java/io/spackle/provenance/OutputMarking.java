package io.spackle.provenance;

import io.spackle.metadata.ImageMetadata;
import io.spackle.provenance.MarkingOptions.Kept;
import io.spackle.provenance.MarkingOptions.Mark;
import java.util.Optional;

/** Writes into encoded output files what they say besides their pixels. Thread-safe. */
public final class OutputMarking {

  private final MarkingOptions options;
  private final Optional<ManifestWriter> manifests;

  /**
   * Opens the credentials, if there are any.
   *
   * @throws IllegalArgumentException if they cannot be used
   */
  public OutputMarking(MarkingOptions options) {
    this.options = options;
    this.manifests = options.signing().map(ClaimSigner::of).map(ManifestWriter::new);
  }

  /**
   * Writes metadata and the mark into an encoded file.
   *
   * @param encoded a PNG, JPEG or WebP file
   * @param metadata of the init image, as it is true for the output
   * @param generation empty if nothing was generated, so that there is nothing to mark
   */
  public byte[] apply(byte[] encoded, ImageMetadata metadata, Optional<Generation> generation) {
    ImageMetadata kept = options.kept() == Kept.STRIP ? metadata.stripped() : metadata;
    if (generation.isEmpty() || options.mark() == Mark.NONE) {
      return kept.writeInto(encoded);
    }
    byte[] packet = XmpMark.mark(kept.xmp(), generation.get().sourceType());
    byte[] marked = kept.withXmp(packet).writeInto(encoded);
    return manifests.isPresent() ? manifests.get().write(marked, generation.get()) : marked;
  }
}
