package io.spackle.jobs;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.PreparedBundle;
import io.spackle.family.BuiltInModel;
import io.spackle.family.Families;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelSource;
import io.spackle.family.ModelTraits;
import io.spackle.graph.Device;
import io.spackle.graph.GraphOptimizer;
import io.spackle.graph.InvalidModelException;
import io.spackle.jobs.run.ExitCode;
import io.spackle.safety.SafetyModel;
import io.spackle.safety.SafetyOptions;
import io.spackle.segment.Segmenter;
import io.spackle.segment.SegmenterModel;
import io.spackle.segment.SegmenterOptions;
import io.spackle.segment.SegmenterTraits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code models}, which inspects and prepares models. */
@Command(
    name = "models",
    mixinStandardHelpOptions = true,
    description = "Inspects and prepares models.")
final class ModelsCommand {

  @Spec private CommandSpec spec;

  @Command(
      mixinStandardHelpOptions = true,
      description = "Opens a model folder and prints family or kind, graphs, digests and problems.")
  int check(
      @Parameters(
              paramLabel = "DIR",
              description = "The folder, builtin:patchmatch or builtin:text.")
          String path) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      check(path, out);
      out.println("problems   none");
      return ExitCode.DONE.code();
    } catch (InvalidModelException e) {
      return problems(e.problems(), out);
    } catch (IllegalArgumentException | IllegalStateException e) { // not built in; no such device
      return problems(List.of(e.getMessage()), out);
    }
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Makes a copy of a model folder that opens faster and generates the same images: its graphs"
            + " are optimised and saved, with their weights beside them.",
        "It has the digest of the model, so that finished rows stay finished. It does not change"
            + " the precision: for float16 on CUDA, fuse the export with models/export/fuse.py first"
            + " (docs/models.md)."
      })
  int prepare(
      @Parameters(paramLabel = "DIR", description = "The model folder.") Path model,
      @Parameters(paramLabel = "OUT", description = "The folder to write.") Path target,
      @Option(
              names = "--device",
              paramLabel = "cpu|cuda",
              defaultValue = "cpu",
              description = "Where it is to run, ${DEFAULT-VALUE} by default.")
          Device.Kind device,
      @Option(
              names = "--this-cpu",
              description = {
                "Only for CPUs like this one: the layout of convolutions is saved, too. It opens"
                    + " fastest, and takes less memory. Other CPUs refuse it."
              })
          boolean thisCpu)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Optional<GraphOptimizer> usable = optimizer(device, thisCpu);
      if (usable.isEmpty()) {
        out.println(
            "note       CUDA cannot be used here: the graphs are not optimised for it, only the"
                + " UNet is changed");
      }
      PreparedBundle.write(model, target, usable);
    } catch (InvalidModelException e) {
      return problems(e.problems(), out);
    } catch (IllegalArgumentException e) { // folders that do not fit
      return problems(List.of(e.getMessage()), out);
    }
    return check(target.toString());
  }

  private static Optional<GraphOptimizer> optimizer(Device.Kind kind, boolean thisCpu) {
    if (thisCpu && kind != Device.Kind.CPU) {
      throw new IllegalArgumentException(
          "--this-cpu with --device %s: expected --device cpu".formatted(name(kind)));
    }
    if (thisCpu) {
      return Optional.of(GraphOptimizer.ofThisCpu());
    }
    Device device = kind == Device.Kind.CPU ? Device.cpu(0) : Device.resolve("auto", 0, 0);
    return Optional.of(device).filter(found -> found.kind() == kind).map(GraphOptimizer::of);
  }

  private static String name(Device.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static void check(String path, PrintWriter out) {
    if (path.equals(SegmenterModel.TEXT)) {
      describe(SegmenterModel.builtIn(path, SegmenterOptions.NONE), out);
      out.println("digest     " + SegmenterModel.builtInDigest(path));
    } else if (SegmenterModel.isIn(Path.of(path))) {
      checkGraph(Path.of(path), out);
    } else {
      Optional<BuiltInModel> builtIn = BuiltInModel.of(path);
      builtIn.ifPresentOrElse(model -> describe(model, out), () -> checkFolder(Path.of(path), out));
    }
  }

  /** One graph may be a segmenter, or an erase model without its erase.json. */
  private static void checkGraph(Path folder, PrintWriter out) {
    SegmenterModel segmenter;
    try {
      segmenter = SegmenterModel.open(folder, SegmenterOptions.NONE);
    } catch (InvalidModelException e) {
      List<String> problems = new ArrayList<>();
      try {
        checkFolder(folder, out);
        return;
      } catch (InvalidModelException asModel) {
        problems.addAll(asModel.problems());
      }
      e.problems().forEach(problem -> problems.add("as a segmenter: " + problem));
      throw new InvalidModelException(folder.toString(), problems);
    }
    describe(segmenter, out);
    out.println("digest     " + SegmenterModel.digest(folder));
  }

  /** Loads the graph, too. */
  private static void describe(SegmenterModel model, PrintWriter out) {
    try (Segmenter segmenter = model.load(Device.cpu(0))) {
      SegmenterTraits traits = segmenter.traits();
      out.println("segmenter  " + traits.kind().configName());
      out.println("classes    " + String.join(", ", traits.classes()));
      out.println("input      " + traits.input());
    }
  }

  private static int problems(List<String> problems, PrintWriter out) {
    out.println("problems");
    problems.forEach(problem -> out.println("  - " + problem));
    return ExitCode.REFUSED.code();
  }

  private static void describe(BuiltInModel model, PrintWriter out) {
    out.println("family     " + model.traits().family() + " (built in, runs on the CPU)");
    out.println("size       any: images keep their size");
    out.println("digest     " + model.digest());
    out.println("safety     none");
  }

  private static void checkFolder(Path folder, PrintWriter out) {
    ModelBundle bundle = ModelBundle.open(folder);
    Optional<SafetyModel> safety = safety(folder);
    ModelSource source = new ModelSource.Bundle(bundle);
    Device.Kind kind = bundle.preparedFor().orElse(Device.Kind.CPU);
    Device device = Device.resolve(name(kind), 0, 0);
    try (Inpainter inpainter = Families.open(source, safety, device)) {
      describe(bundle, inpainter.traits(), out);
      out.println(
          "batches    "
              + (inpainter.batchesAnySteps()
                  ? "images at any step"
                  : "only images at the same timestep: the graph takes one for the whole batch"));
      out.println("safety     " + safety.map(SafetyModel::name).orElse("none"));
      files(bundle, out);
    }
  }

  private static void describe(ModelBundle bundle, ModelTraits traits, PrintWriter out) {
    out.println(
        "family     " + traits.family() + bundle.className().map(" (%s)"::formatted).orElse(""));
    out.printf(
        "size       %1$d x %1$d, sides in multiples of %2$d%n",
        traits.sizes().nativeSide(), traits.sizes().multiple());
    bundle
        .config("scheduler")
        .ifPresent(config -> out.println("scheduler  " + config.path("_class_name").asText()));
    bundle.config(ModelBundle.ROOT).ifPresent(config -> out.println("erase      " + config));
    bundle.preparation().ifPresent(with -> out.println("prepared   " + with));
    out.println("digest     " + bundle.digest());
    if (bundle.has("vae_decoder")) {
      out.println("vae        " + bundle.vaeName().orElse("the model's own"));
    }
  }

  private static Optional<SafetyModel> safety(Path folder) {
    SafetyOptions unused =
        new SafetyOptions(List.of(), 0); // they apply to classifiers, not to a bundle's checker
    return SafetyModel.isIn(folder)
        ? Optional.of(SafetyModel.open(folder, unused))
        : Optional.empty();
  }

  private static void files(ModelBundle bundle, PrintWriter out) {
    out.println("files");
    bundle.digests().forEach((file, digest) -> out.println("  " + digest + "  " + file));
  }
}
