package io.spackle.row;

import java.io.Serializable;

/**
 * The values of a row's columns that the manifest leaves out.
 *
 * @param safetyChecker whether images are checked
 * @param seed of every row that has none, or null to derive one from each row's content
 */
public record RowDefaults(
    GenerationParameters parameters, Prompts prompts, boolean safetyChecker, Long seed, Masks masks)
    implements Serializable {

  /**
   * The masks of rows without one.
   *
   * @param names that rows may give
   * @param byDefault of rows that give neither a file nor a name, or null
   */
  public record Masks(MaskNames names, RowMask byDefault) implements Serializable {

    /** Each row needs a file. */
    public static final Masks NONE = new Masks(MaskNames.NONE, null);
  }

  /**
   * The default texts.
   *
   * @param prompt may be empty; null if each row must have its own
   * @param negativePrompt what to avoid; may be empty, which differs from null, no negative prompt
   * @param enhance whether prompts are enhanced
   * @param enhanceSuffix appended to an enhanced prompt, after a comma
   */
  public record Prompts(String prompt, String negativePrompt, boolean enhance, String enhanceSuffix)
      implements Serializable {}
}
