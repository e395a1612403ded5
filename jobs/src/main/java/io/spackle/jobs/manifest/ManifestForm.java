package io.spackle.jobs.manifest;

import io.spackle.conf.ConfReader;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The forms of input, each selected by the key that says where it is. A job has exactly one. */
public enum ManifestForm {
  FILES(FileManifest.PATH, List.of(), FileManifest::of),
  FOLDER(
      FolderManifest.IMAGES,
      List.of(FolderManifest.MASKS, FolderManifest.SUFFIX),
      FolderManifest::of),
  PAIRS(PairsManifest.PAIRS, List.of(PairsManifest.LIST), PairsManifest::of);

  private final String key;
  private final List<String> further;
  private final Function<ConfReader, ManifestInput> input;

  /**
   * @param further keys that no other form has
   */
  ManifestForm(String key, List<String> further, Function<ConfReader, ManifestInput> input) {
    this.key = key;
    this.further = further;
    this.input = input;
  }

  /** Reads the input of a job; the result is valid only if the reader has no problems then. */
  public static ManifestInput read(ConfReader reader) {
    List<ManifestForm> set = Stream.of(values()).filter(form -> reader.isSet(form.key)).toList();
    for (ManifestForm other : set.subList(Math.min(1, set.size()), set.size())) {
      reader.problem(
          other.key, "is set, and so is spackle.%s; expected one".formatted(set.get(0).key));
    }
    for (ManifestForm form : values()) {
      form.checkFurther(reader);
    }
    if (set.isEmpty()) {
      reader.noneSet(Stream.of(values()).map(form -> form.key).toList());
      return FileManifest.of("", "auto", null, Map.of());
    }
    return set.get(0).input.apply(reader);
  }

  private void checkFurther(ConfReader reader) {
    if (!reader.isSet(key)) {
      further.stream()
          .filter(reader::isSet)
          .forEach(other -> reader.problem(other, "is set, but not spackle." + key));
    }
  }
}
