package io.spackle.jobs;

import io.spackle.codec.ImageFormat;
import io.spackle.conf.ConfFile;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.TaskConf;
import io.spackle.graph.InvalidModelException;
import io.spackle.image.ImageException;
import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code inpaint}: inpaints one image in this process, by the rules of a row. */
@Command(
    name = "inpaint",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Inpaints one image, without Spark. Prints the result as one JSON object.")
final class InpaintCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "The model folder, or builtin:patchmatch, which needs none.")
  private String model;

  @Option(names = "--image", paramLabel = "FILE", required = true, description = "The image.")
  private Path image;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "The mask: white is replaced, black is kept. Or --mask-from; not needed with --extend.")
  private Path mask;

  @Option(
      names = "--mask-from",
      paramLabel = "NAMES",
      description = "What a model finds as the mask: text, or names below masks in --conf.")
  private String maskFrom;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The image file to write: .png, .jpg or .webp.")
  private Path out;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description = "A configuration, such as conf/profiles/diffusers-parity.conf.")
  private Path conf;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Sets a key of the configuration, such as image.crop-padding=32.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Spec private CommandSpec spec;

  private final Map<String, String> fields = new LinkedHashMap<>();

  // The fields of a row, by their names in the API.

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "The image of a garment, for models that take one; see reference.layout.")
  void reference(Path value) {
    fields.put("reference_image", value.toString());
  }

  @Option(
      names = "--exclude",
      paramLabel = "FILE",
      description = "A mask: white is not copied, where pixels of the image are.")
  void exclude(Path value) {
    fields.put("exclude_image", value.toString());
  }

  @Option(
      names = "--extend",
      paramLabel = "CANVAS",
      description =
          "Extends the image: 4:5, \"1024x1024 top\" or \"left=64, right=64\". What is new is"
              + " generated.")
  void extend(String value) {
    fields.put("extend", value);
  }

  @Option(
      names = "--prompt",
      description = "What to generate; not needed by models that erase or take a reference.")
  void prompt(String value) {
    fields.put("prompt", value);
  }

  @Option(names = "--negative-prompt", description = "What to avoid.")
  void negativePrompt(String value) {
    fields.put("negative_prompt", value);
  }

  @Option(names = "--width", description = "In pixels; by default the model's native size.")
  void width(String value) {
    fields.put("width", value);
  }

  @Option(names = "--height", description = "In pixels; by default the model's native size.")
  void height(String value) {
    fields.put("height", value);
  }

  @Option(
      names = {"--num-inference-steps", "--steps"},
      paramLabel = "N",
      description = "Denoising steps.")
  void steps(String value) {
    fields.put("num_inference_steps", value);
  }

  @Option(names = "--guidance-scale", paramLabel = "X", description = "Weight of the prompt.")
  void guidanceScale(String value) {
    fields.put("guidance_scale", value);
  }

  @Option(
      names = "--guidance-start",
      paramLabel = "X",
      description = "Share of the steps before the first guided one, from 0.")
  void guidanceStart(String value) {
    fields.put("guidance_start", value);
  }

  @Option(
      names = "--guidance-end",
      paramLabel = "X",
      description =
          "Share of the steps up to the last guided one, up to 1. A step without is faster.")
  void guidanceEnd(String value) {
    fields.put("guidance_end", value);
  }

  @Option(
      names = "--strength",
      paramLabel = "X",
      description = "Above 0 and up to 1, which ignores the masked pixels.")
  void strength(String value) {
    fields.put("strength", value);
  }

  @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same image.")
  void seed(String value) {
    fields.put("seed", value);
  }

  @Option(names = "--scheduler", paramLabel = "NAME", description = "For example EulerDiscrete.")
  void scheduler(String value) {
    fields.put("scheduler", value);
  }

  @Option(
      names = "--use-karras-sigmas",
      paramLabel = "yes|no",
      description = "Whether to use Karras noise levels.")
  void useKarrasSigmas(String value) {
    fields.put("use_karras_sigmas", value);
  }

  @Option(
      names = "--safety-checker",
      paramLabel = "yes|no",
      description = "Whether to black out an image that the safety checker flags.")
  void safetyChecker(String value) {
    fields.put("safety_checker", value);
  }

  @Override
  public Integer call() throws IOException {
    FileNames.warning().ifPresent(spec.commandLine().getErr()::println);
    fields.put("init_image", image.toString());
    if (mask != null) {
      fields.put("mask_image", mask.toString());
    }
    if (maskFrom != null) {
      fields.put("mask_from", maskFrom);
    }
    try {
      spec.commandLine().getOut().println(inpaint());
      return ExitCode.DONE.code();
    } catch (RefusedException e) {
      return refuse(e.problems());
    } catch (InvalidModelException | ImageException e) {
      return refuse(List.of(e.getMessage()));
    }
  }

  private String inpaint() throws IOException {
    Problems problems = new Problems();
    ImageFormat format = problems.attempt("--out", this::format);
    Map<String, String> settings = new LinkedHashMap<>(overrides);
    settings.put("model.path", model);
    if (format != null) {
      settings.put(TaskConf.IMAGE_FORMAT, format.name().toLowerCase(Locale.ROOT));
    }
    TaskConf loaded =
        problems.attempt("the configuration", () -> load(Optional.ofNullable(conf), settings));
    // If that failed, further problems are looked for with the defaults.
    TaskConf effective =
        loaded == null ? load(Optional.empty(), Map.of("model.path", model)) : loaded;
    SingleImage checked = SingleImage.check(effective, fields, problems);
    problems.refuse();
    return checked.inpaint(out);
  }

  private ImageFormat format() {
    Path folder = out.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(out)) {
      throw new RefusedException("--out " + out + " is a folder, expected a file");
    }
    while (!Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new RefusedException(
          "--out %s: %s is not a folder that can be written to".formatted(out, folder));
    }
    String name = out.getFileName().toString();
    try {
      return ImageFormat.of(name.substring(name.lastIndexOf('.') + 1));
    } catch (IllegalArgumentException e) {
      throw new RefusedException("--out " + out + ": " + e.getMessage());
    }
  }

  private static TaskConf load(Optional<Path> file, Map<String, String> settings) {
    return ConfFile.load(file, settings, TaskConf::of);
  }

  private int refuse(List<String> problems) {
    Refusal.lines("nothing was done", problems).forEach(spec.commandLine().getErr()::println);
    return ExitCode.REFUSED.code();
  }
}
