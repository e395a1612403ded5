package io.spackle.row;

import io.spackle.family.GuidanceSchedule;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.row.ManifestRow.Locations;
import io.spackle.row.ManifestRow.Prompts;
import java.util.StringJoiner;

/**
 * The seed of a row that has none: from what its images are made from, which are locations, prompts
 * and the parameters of denoising. Neither the row's id nor the form of the output changes it, so
 * that a row in another format, or with another edge of its mask, shows the same generation.
 */
final class RowSeed {

  private static final int DIGITS = 8;

  private RowSeed() {}

  /**
   * A seed from 0 to 2^32 - 1.
   *
   * @param guide of the model: what does not guide it does not count
   */
  static long of(
      Locations locations, Prompts prompts, GenerationParameters parameters, Guide guide) {
    StringJoiner content = new StringJoiner("\n");
    add(content, LocationKey.of(locations.init()));
    if (!(locations.mask() instanceof RowMask.None)) {
      add(content, text(locations.mask()));
    }
    if (locations.extension() != null) {
      add(content, "extend " + locations.extension());
    }
    add(content, parameters.width() + "x" + parameters.height());
    switch (guide) {
      case PROMPT -> {
        add(content, prompts.effective());
        add(content, String.valueOf(prompts.negative()));
        addDenoising(content, parameters);
        addReference(content, locations);
      }
      case REFERENCE -> {
        addReference(content, locations);
        addDenoising(content, parameters);
      }
      case PATCHES -> {
        if (locations.exclude() != null) {
          add(content, LocationKey.of(locations.exclude()));
        }
      }
      case NONE, FILL -> {}
    }
    return Long.parseLong(Sha256.hex(content.toString()).substring(0, DIGITS), 16);
  }

  private static String text(RowMask mask) {
    return mask instanceof RowMask.Found found ? found.names() : LocationKey.of(mask.location());
  }

  private static void addReference(StringJoiner content, Locations locations) {
    if (locations.reference() != null) {
      add(content, LocationKey.of(locations.reference()));
    }
  }

  private static void addDenoising(StringJoiner content, GenerationParameters parameters) {
    add(content, String.valueOf(parameters.steps()));
    GuidanceSchedule guidance = parameters.guidance();
    add(content, String.valueOf(guidance.scale()));
    if (!guidance.equals(GuidanceSchedule.of(guidance.scale()))) {
      add(content, "guided %s to %s".formatted(guidance.start(), guidance.end()));
    }
    add(content, String.valueOf(parameters.strength()));
    add(content, String.valueOf(parameters.scheduler().algorithm()));
    add(content, String.valueOf(parameters.scheduler().karrasSigmas()));
  }

  /** The length keeps a value from reading as the start of the next one. */
  private static void add(StringJoiner content, String value) {
    content.add(value.length() + ":" + value);
  }
}
