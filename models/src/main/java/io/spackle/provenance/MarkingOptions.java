package io.spackle.provenance;

import java.io.Serializable;
import java.util.Optional;

/**
 * What output files say besides their pixels.
 *
 * @param kept of the init image's metadata
 * @param mark of generated images
 * @param credentials to sign with; null unless the mark is {@link Mark#C2PA}
 */
public record MarkingOptions(Kept kept, Mark mark, SigningCredentials credentials)
    implements Serializable {

  /** What an output keeps of the metadata of its init image. */
  public enum Kept {
    /** Everything that the format can carry, corrected where the image changed. */
    KEEP,
    /** The profile and the resolution only. */
    STRIP
  }

  /** How a generated image is marked. */
  public enum Mark {
    /** A property in XMP. */
    XMP,
    /** The property, and a signed C2PA manifest. */
    C2PA,
    /** Not at all. */
    NONE
  }

  /** Metadata is kept and images are marked in XMP. */
  public static MarkingOptions defaults() {
    return new MarkingOptions(Kept.KEEP, Mark.XMP, null);
  }

  Optional<SigningCredentials> signing() {
    return Optional.ofNullable(credentials);
  }
}
