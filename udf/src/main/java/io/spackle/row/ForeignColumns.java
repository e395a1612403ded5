package io.spackle.row;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Columns that have no meaning here, but one for other tools: suggestions of the column that was
 * probably meant. Such columns are passed through like all further ones.
 */
public final class ForeignColumns {

  /** Shorter names are near too many words. */
  private static final int SHORTEST = 4;

  /** The names that WebUIs, diffusers and hosted APIs use, without separators. */
  private static final Map<String, List<String>> NAMES =
      Map.ofEntries(
          Map.entry(
              RowColumns.INIT_IMAGE,
              List.of(
                  "image",
                  "img",
                  "inputimage",
                  "imageurl",
                  "inputimageurl",
                  "initimageurl",
                  "initimg",
                  "initimages",
                  "imagepath",
                  "imagefile",
                  "sourceimage",
                  "baseimage",
                  "originalimage",
                  "photo",
                  "input",
                  "source",
                  "src")),
          Map.entry(
              RowColumns.MASK_IMAGE,
              List.of(
                  "mask",
                  "maskurl",
                  "maskimageurl",
                  "maskpath",
                  "maskfile",
                  "maskimg",
                  "inputmask",
                  "inpaintmask")),
          Map.entry(
              RowColumns.REFERENCE_IMAGE,
              List.of(
                  "referenceimageurl", "refimage", "garmentimage", "clothimage", "ipadapterimage")),
          Map.entry(RowColumns.PROMPT, List.of("text", "caption", "positiveprompt", "textprompt")),
          Map.entry(
              RowColumns.NEGATIVE_PROMPT,
              List.of("negative", "negprompt", "negativetext", "uncond", "unconditionalprompt")),
          Map.entry(RowColumns.WIDTH, List.of("imagewidth", "outputwidth", "w")),
          Map.entry(RowColumns.HEIGHT, List.of("imageheight", "outputheight", "h")),
          Map.entry(
              RowColumns.SAMPLES,
              List.of(
                  "numimagesperprompt",
                  "numimages",
                  "numsamples",
                  "numoutputs",
                  "nsamples",
                  "niter",
                  "batchsize",
                  "batchcount",
                  "n")),
          Map.entry(
              RowColumns.STEPS,
              List.of(
                  "steps",
                  "numsteps",
                  "nsteps",
                  "inferencesteps",
                  "samplingsteps",
                  "ddimsteps",
                  "samplesteps")),
          Map.entry(
              RowColumns.GUIDANCE_SCALE,
              List.of("cfgscale", "cfg", "guidance", "scale", "distilledcfgscale")),
          Map.entry(
              RowColumns.GUIDANCE_START, List.of("cfgstart", "guidanceinterval", "cfginterval")),
          Map.entry(RowColumns.GUIDANCE_END, List.of("cfgend", "cfgcutoff", "guidancestop")),
          Map.entry(
              RowColumns.STRENGTH,
              List.of("denoisingstrength", "denoise", "denoising", "imagestrength")),
          Map.entry(
              RowColumns.SCHEDULER,
              List.of("sampler", "samplername", "samplerindex", "schedulername", "schedulertype")),
          Map.entry(RowColumns.USE_KARRAS_SIGMAS, List.of("karras", "usekarras")),
          Map.entry(
              RowColumns.SAFETY_CHECKER,
              List.of("safety", "enablesafetychecker", "safetycheck", "nsfwchecker")),
          Map.entry(RowColumns.ENHANCE_PROMPT, List.of("enhance", "promptenhance")),
          Map.entry(
              RowColumns.SEED, List.of("randomseed", "manualseed", "noiseseed", "generatorseed")),
          Map.entry(RowColumns.WEBHOOK, List.of("webhookurl", "callback", "callbackurl")),
          Map.entry(RowColumns.TRACK_ID, List.of("trackingid", "externalid", "requestid")));

  private static final Map<String, String> BY_NAME = byName();

  private ForeignColumns() {}

  /**
   * A column of other tools.
   *
   * @param found its name
   * @param meant the column of the API
   */
  public record Foreign(String found, String meant) {

    /** A warning that the column is not used. */
    public String warning() {
      return "the manifest's column %s is not used, only copied to the meta rows: did you mean %s?"
          .formatted(found, meant);
    }
  }

  /** The further columns that were probably meant to be ones of the API which are missing. */
  public static List<Foreign> in(String... columns) {
    List<String> names = Arrays.stream(columns).map(name -> name.toLowerCase(Locale.ROOT)).toList();
    List<Foreign> foreign = new ArrayList<>();
    for (String column : columns) {
      meant(column)
          .filter(meant -> !names.contains(meant))
          .ifPresent(meant -> foreign.add(new Foreign(column, meant)));
    }
    return List.copyOf(foreign);
  }

  /** Which columns were probably meant to be a missing one, as the end of a sentence; or empty. */
  public static String instead(String missing, String... columns) {
    List<String> found =
        in(columns).stream()
            .filter(foreign -> foreign.meant().equals(missing))
            .map(Foreign::found)
            .toList();
    return found.isEmpty()
        ? ""
        : ", but a column %s: rename it to %s".formatted(String.join(", ", found), missing);
  }

  /** The column of the API that a further one was probably meant to be. */
  static Optional<String> meant(String column) {
    if (!RowColumns.isFurther(column)) {
      return Optional.empty();
    }
    String name = plain(column);
    return BY_NAME.containsKey(name) ? Optional.of(BY_NAME.get(name)) : near(name);
  }

  /** The nearest column with the same first letter and at most one edit in four characters. */
  private static Optional<String> near(String name) {
    return RowColumns.OF_API.stream()
        .filter(known -> known.length() >= SHORTEST && name.length() > SHORTEST)
        .filter(known -> known.charAt(0) == name.charAt(0))
        .filter(known -> Spelling.edits(name, plain(known)) <= Math.max(1, name.length() / 4))
        .min(
            Comparator.comparingInt((String known) -> Spelling.edits(name, plain(known)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** In lower case and without separators, so that negativePrompt is negative_prompt. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private static Map<String, String> byName() {
    Map<String, String> byName = new HashMap<>();
    NAMES.forEach((column, names) -> names.forEach(name -> byName.put(name, column)));
    for (String column : RowColumns.OF_API) {
      if (column.contains("_")) {
        byName.put(plain(column), column);
      }
    }
    return Map.copyOf(byName);
  }
}
