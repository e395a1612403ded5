package io.spackle.jobs;

import io.spackle.conf.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * The options that define a job without a configuration file: images in a folder, their masks, and
 * where the results go. Each one sets a key, and unsets those of the file that it replaces.
 */
final class FolderArguments {

  private static final String UNSET = "null";

  private static final List<String> BESIDE_EACH_OTHER = List.of("--masks", "--mask-suffix");
  private static final List<String> MASKS =
      List.of("--masks", "--mask-suffix", "--mask", "--mask-from");

  /** What a job needs without a file, with the keys that -D may set in their place. */
  private static final Map<String, String> REQUIRED =
      Map.of("--out", "output.path", "--model", "model.path");

  private final Map<String, String> options = new LinkedHashMap<>();
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The images: a folder, or a pattern in quotes such as 'photos/*.jpg'; sets manifest.images.")
  void images(String value) {
    set("--images", "manifest.images", value, "manifest.path");
  }

  @Option(
      names = "--masks",
      paramLabel = "DIR",
      description =
          "The masks: a folder with the same names, whatever their extensions; sets manifest.masks.")
  void masks(String value) {
    set("--masks", "manifest.masks", value, "manifest.mask-suffix");
  }

  @Option(
      names = "--mask-suffix",
      paramLabel = "TEXT",
      description =
          "What the names of masks have at their end, such as _mask; sets manifest.mask-suffix.")
  void maskSuffix(String value) {
    set("--mask-suffix", "manifest.mask-suffix", value, "manifest.masks");
  }

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description = "One mask for all images; sets defaults.mask-image.")
  void mask(String value) {
    set(
        "--mask",
        "defaults.mask-image",
        value,
        "manifest.masks",
        "manifest.mask-suffix",
        "defaults.mask-from");
  }

  @Option(
      names = "--mask-from",
      paramLabel = "NAME",
      description = "Makes the mask of each image; sets defaults.mask-from.")
  void maskFrom(String value) {
    set(
        "--mask-from",
        "defaults.mask-from",
        value,
        "manifest.masks",
        "manifest.mask-suffix",
        "defaults.mask-image");
  }

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description =
          "What to generate, for images without a text file of their name; sets defaults.prompt.")
  void prompt(String value) {
    set("--prompt", "defaults.prompt", value);
  }

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder of the results; sets output.path.")
  void out(String value) {
    set("--out", "output.path", value);
  }

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model folder, or builtin:patchmatch, which needs none; sets model.path.")
  void model(String value) {
    set("--model", "model.path", value);
  }

  private void set(String option, String key, String value, String... replaced) {
    options.put(option, key);
    settings.put(key, value);
    for (String other : replaced) {
      settings.putIfAbsent(other, UNSET);
    }
  }

  /**
   * Adds the keys that the options set; {@code null} unsets one.
   *
   * @param given keys and values of {@code -D}, without the root
   * @throws RefusedException if options contradict each other or {@code -D}, or one is missing
   */
  Map<String, String> over(Map<String, String> given, boolean hasFile) {
    List<String> problems = new ArrayList<>();
    List<String> sources = options.keySet().stream().filter(MASKS::contains).toList();
    if (sources.size() > 1 && !BESIDE_EACH_OTHER.containsAll(sources)) {
      problems.add(String.join(" and ", sources) + " are given, one of them expected");
    }
    options.forEach(
        (option, key) -> {
          if (given.containsKey(key)) {
            problems.add("%s and -D %s are given, one of them expected".formatted(option, key));
          }
        });
    if (!hasFile && options.containsKey("--images")) {
      REQUIRED.forEach(
          (option, key) -> {
            if (!options.containsKey(option) && !given.containsKey(key)) {
              problems.add(option + " is missing");
            }
          });
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(given);
    return all;
  }
}
