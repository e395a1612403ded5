package io.spackle.family;

import io.spackle.graph.Device;
import io.spackle.patchmatch.PatchMatchFill;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The models that are part of Spackle and need no folder, one line each. They run on the CPU. */
public enum BuiltInModel implements ModelSource {
  /** Holes are filled with patches of the same image: no weights, no prompt. */
  PATCHMATCH(PatchMatchFill.VERSION, () -> PatchMatchInpainter.TRAITS, PatchMatchInpainter::new),
  /** Images stay as they are: what was put under the mask before is the result. */
  FILL(1, () -> FillInpainter.TRAITS, threads -> new FillInpainter());

  private static final String SCHEME = "builtin:";

  private final int version;
  private final Supplier<ModelTraits> traits;
  private final IntFunction<Inpainter> opener;

  BuiltInModel(int version, Supplier<ModelTraits> traits, IntFunction<Inpainter> opener) {
    this.version = version;
    this.traits = traits;
    this.opener = opener;
  }

  /**
   * The model of a path in the configuration, such as {@code builtin:patchmatch}.
   *
   * @return empty for the path of a folder
   * @throws IllegalArgumentException if no such model is built in
   */
  public static Optional<BuiltInModel> of(String path) {
    if (!path.startsWith(SCHEME)) {
      return Optional.empty();
    }
    for (BuiltInModel model : values()) {
      if (model.path().equals(path)) {
        return Optional.of(model);
      }
    }
    String known =
        Arrays.stream(values()).map(BuiltInModel::path).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(path + " is not built in, expected one of " + known);
  }

  /** The path in the configuration. */
  public String path() {
    return SCHEME + name().toLowerCase(Locale.ROOT);
  }

  /** The path and the version of the algorithm. */
  @Override
  public String digest() {
    return path() + " " + version;
  }

  @Override
  public ModelTraits traits() {
    return traits.get();
  }

  /**
   * Opens the model.
   *
   * @param device only its number of CPU threads counts
   */
  @Override
  public Inpainter open(Device device) {
    return opener.apply(
        device.threads() == 0 ? Runtime.getRuntime().availableProcessors() : device.threads());
  }
}
