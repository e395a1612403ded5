package io.spackle.row;

import io.spackle.image.Extension;
import java.io.Serializable;

/**
 * The values of a row's columns that the manifest leaves out.
 *
 * @param extension of the canvas of init images, or null
 * @param safetyChecker whether images are checked
 * @param seed of every row that has none, or null to derive one from each row's content
 * @param references of rows for models that are guided by prompts
 * @param masks of rows without one
 */
public record RowDefaults(
    GenerationParameters parameters,
    Prompts prompts,
    Extension extension,
    boolean safetyChecker,
    Long seed,
    References references,
    Masks masks)
    implements Serializable {

  /**
   * How models that are guided by prompts get reference images.
   *
   * @param context of the rows that have one; {@link ReferenceContext#NONE} if none may have one
   * @param required whether every row must have one
   */
  public record References(ReferenceContext context, boolean required) implements Serializable {

    /** No row may have one. */
    public static final References NONE = new References(ReferenceContext.NONE, false);
  }

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
