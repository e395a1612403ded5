package io.spackle.jobs.manifest;

import io.spackle.conf.ConfReader;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The forms of input, each selected by the key that says where it is. A job has exactly one. */
public enum ManifestForm {
  FILES(FileManifest.PATH, FileManifest::of);

  private final String key;
  private final Function<ConfReader, ManifestInput> input;

  ManifestForm(String key, Function<ConfReader, ManifestInput> input) {
    this.key = key;
    this.input = input;
  }

  /** Reads the input of a job; the result is valid only if the reader has no problems then. */
  public static ManifestInput read(ConfReader reader) {
    List<ManifestForm> set = Stream.of(values()).filter(form -> reader.isSet(form.key)).toList();
    for (ManifestForm other : set.subList(Math.min(1, set.size()), set.size())) {
      reader.problem(
          other.key, "is set, and so is spackle.%s; expected one".formatted(set.get(0).key));
    }
    return (set.isEmpty() ? FILES : set.get(0)).input.apply(reader);
  }
}
