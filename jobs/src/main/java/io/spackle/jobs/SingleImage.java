package io.spackle.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.EncodedImage;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.OutputFormat;
import io.spackle.codec.OutputOptions;
import io.spackle.codec.SourceImage;
import io.spackle.conf.ModelInfo;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedDefaults;
import io.spackle.conf.SafetyInfo;
import io.spackle.conf.TaskConf;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.family.BuiltInModel;
import io.spackle.family.Families;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelSource;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.pipeline.FramedRow;
import io.spackle.pipeline.ImageSettings;
import io.spackle.pipeline.RowMarking;
import io.spackle.pipeline.RowNotes;
import io.spackle.provenance.Generation;
import io.spackle.row.ManifestRow;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader;
import io.spackle.row.RowReader.SafetyPolicy;
import io.spackle.safety.SafetyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One image to inpaint on the calling thread, checked: the equivalent of what a task does for each
 * row of a job.
 *
 * @param format of the result
 */
record SingleImage(TaskConf conf, Model model, Input input, ImageFormat format) {

  /**
   * What inpaints the image.
   *
   * @param safety the safety checker, if there is one, whether or not the row wants it
   */
  record Model(ModelSource source, Optional<SafetyModel> safety, Device device) {}

  /**
   * What is inpainted.
   *
   * @param file the image to inpaint, as it was read
   */
  record Input(ManifestRow row, FramedRow.Images images, byte[] file) {}

  /**
   * The generated pixels.
   *
   * @param image of the output's size, in sRGB
   * @param notes of the model
   * @param alpha of an eraser that filled it
   */
  private record Filled(RgbImage image, Set<Note> notes, Optional<Mask> alpha) {}

  private record Result(byte[] file, Frame frame, Set<Note> notes) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads and checks all inputs; no graph is loaded and nothing is written.
   *
   * @param fields of a manifest row, by name; the locations are paths
   * @param out where the image will be written
   * @param problems receives all problems; the result is valid only if there are none
   */
  static SingleImage check(TaskConf conf, Map<String, String> fields, Path out, Problems problems) {
    ModelSource source = problems.attempt("the model", () -> source(conf.model()));
    Optional<Path> folder =
        source instanceof BuiltInModel
            ? Optional.empty()
            : Optional.of(Path.of(conf.model().path()));
    Optional<SafetyModel> safety =
        problems.attempt("the safety checker", () -> SafetyInfo.local(conf.safety(), folder));
    DecodeLimits limits = conf.images().limits();
    Path image = Path.of(fields.get("init_image"));
    Path mask = Path.of(fields.get("mask_image"));
    Device device = problems.attempt("the device", () -> device(conf.model(), source));
    ManifestRow row =
        source == null || safety == null
            ? null
            : problems.attempt(
                "the row", () -> row(conf, fields, source.traits(), policy(conf, safety)));
    byte[] file = problems.attempt("--image " + image, () -> bytes(image));
    FramedRow.Images images =
        new FramedRow.Images(
            file == null
                ? null
                : problems.attempt("--image " + image, () -> SourceImage.decode(file, limits)),
            mask("--mask ", mask, limits, problems),
            row == null || !row.usesReference(source.traits())
                ? null
                : reference(conf, Path.of(row.locations().reference()), problems),
            row == null
                    || row.locations().exclude() == null
                    || !conf.images().copiesPixels(row, source.traits())
                ? null
                : mask("--exclude ", Path.of(row.locations().exclude()), limits, problems));
    ImageFormat format = problems.attempt("--out", () -> format(out));
    return new SingleImage(
        conf, new Model(source, safety, device), new Input(row, images, file), format);
  }

  /**
   * Inpaints the image and writes the result; missing folders are created.
   *
   * @return the result as one JSON object
   * @throws io.spackle.graph.InvalidModelException if the model cannot be loaded
   * @throws io.spackle.image.ImageException if the image does not fit the requested size
   * @throws IOException if the result cannot be written
   */
  String inpaint(Path out) throws IOException {
    long start = System.nanoTime();
    Result result = result();
    Files.createDirectories(out.toAbsolutePath().getParent());
    Files.write(out, result.file());
    return report(result, out, Duration.ofNanos(System.nanoTime() - start));
  }

  private static ModelSource source(ModelConf conf) {
    Optional<BuiltInModel> builtIn = ModelInfo.builtIn(conf);
    return builtIn.isPresent() ? builtIn.get() : new ModelSource.Bundle(bundle(conf));
  }

  private static ModelBundle bundle(ModelConf conf) {
    String what = "--model " + conf.path();
    ModelBundle opened = ModelInfo.refusing(what, () -> ModelBundle.open(Path.of(conf.path())));
    ModelFolder vae = conf.vae() == null ? null : ModelInfo.vae(conf, Path.of(conf.vae()));
    ModelBundle bundle = ModelInfo.configured(conf, opened, vae);
    ModelInfo.refusing(what, () -> ModelInfo.traits(conf, new ModelSource.Bundle(bundle)));
    return bundle;
  }

  private static Mask mask(String option, Path file, DecodeLimits limits, Problems problems) {
    return problems.attempt(option + file, () -> ImageCodec.decodeMask(bytes(file), limits));
  }

  private static RgbImage reference(TaskConf conf, Path file, Problems problems) {
    return problems.attempt(
        "--reference " + file, () -> ImageCodec.decode(bytes(file), conf.images().limits()));
  }

  private static Device device(ModelConf conf, ModelSource source) {
    return source instanceof BuiltInModel
        ? Device.cpu(0)
        : Device.resolve(conf.device().name().toLowerCase(Locale.ROOT), 0, 0);
  }

  private static ManifestRow row(
      TaskConf conf, Map<String, String> fields, ModelTraits traits, SafetyPolicy safety) {
    Problems problems = new Problems();
    RowDefaults defaults = ResolvedDefaults.of(conf.defaults(), traits, problems);
    SafetyInfo.check(safety, conf.defaults(), problems);
    problems.refuse();
    StructType schema = new StructType();
    for (String name : fields.keySet()) {
      schema = schema.add(name, DataTypes.StringType);
    }
    Row row = new GenericRowWithSchema(fields.values().toArray(), schema);
    RowReader.Result result = new RowReader(traits, defaults, safety).read(row);
    if (result instanceof RowReader.Valid valid) {
      return valid.row();
    }
    throw new RefusedException(((RowReader.Invalid) result).outcome().message());
  }

  private static SafetyPolicy policy(TaskConf conf, Optional<SafetyModel> safety) {
    return safety.isPresent() ? SafetyPolicy.CHECKED : SafetyInfo.ruleWithout(conf.safety());
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      String found = Files.exists(file) ? " is not a file" : " does not exist";
      throw new RefusedException(file + found + ", expected an image");
    }
    return Files.readAllBytes(file);
  }

  private static void requireRunnable(Inpainter inpainter, InpaintParameters parameters) {
    try {
      inpainter.check(parameters);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("scheduler: " + e.getMessage());
    }
  }

  private static ImageFormat format(Path out) {
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

  /** The result in its final size, with the kept pixels of the init image. */
  private Result result() {
    FramedRow framed = FramedRow.of(input.row(), input.images(), traits(), settings());
    Frame frame = framed.frame();
    if (frame.isBlank()) {
      return result(framed, new Filled(frame.untouched(), Set.of(), Optional.empty()));
    }
    Optional<SafetyModel> checker = input.row().safetyChecker() ? model.safety() : Optional.empty();
    try (Inpainter inpainter = Families.open(model.source(), checker, model.device())) {
      InpaintParameters parameters =
          input.row().inpaintParameters(frame, settings().framing().maskReduction());
      requireRunnable(inpainter, parameters);
      InpaintedImage generated = inpaint(inpainter, parameters, start(framed));
      Optional<Mask> alpha =
          framed
              .alphaInput(0)
              .map(levels -> inpaint(inpainter, parameters, levels))
              .map(filled -> filled.output(framed.alpha().orElseThrow()).luma());
      return result(framed, new Filled(generated.output(frame), generated.notes(), alpha));
    }
  }

  private static InpaintInput start(FramedRow framed) {
    int cores = Runtime.getRuntime().availableProcessors();
    return framed.isFilled() ? framed.input(0).filled(cores, new Cancellation()) : framed.input(0);
  }

  private static InpaintedImage inpaint(
      Inpainter inpainter, InpaintParameters parameters, InpaintInput image) {
    return inpainter.inpaint(parameters, List.of(image), new Cancellation()).images().get(0);
  }

  private Result result(FramedRow framed, Filled filled) {
    Set<Note> notes = RowNotes.of(framed, traits(), settings());
    notes.addAll(filled.notes());
    SourceImage init = framed.source();
    EncodedImage file =
        init.encode(filled.image(), framed.frame(), filled.alpha(), settings().output());
    RowMarking marking = new RowMarking(conf.images().marking(), traits(), model.source().digest());
    Optional<Generation> generation =
        framed.frame().isBlank()
            ? Optional.empty()
            : Optional.of(marking.generation(init, input.file()));
    if (RowMarking.drops(init, generation)) {
      notes.add(Note.PROVENANCE_DROPPED);
    }
    return new Result(marking.complete(file, generation), framed.frame(), notes);
  }

  private ModelTraits traits() {
    return model.source().traits();
  }

  /** Those of the configuration, in the format of the file to write. */
  private ImageSettings settings() {
    ImageSettings images = conf.images();
    OutputOptions output = images.output().withFormat(OutputFormat.of(format));
    return new ImageSettings(
        images.limits(), images.framing(), output, images.fill(), images.marking());
  }

  /** With an empty mask nothing is generated, and so nothing is checked. */
  private boolean isChecked(Result result) {
    return input.row().safetyChecker() && !result.frame().isBlank();
  }

  private String report(Result result, Path out, Duration elapsed) throws JsonProcessingException {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", "success");
    report.put("output", out.toString());
    report.put("W", result.frame().outputWidth());
    report.put("H", result.frame().outputHeight());
    report.put("seed", input.row().seed());
    report.put("steps", input.row().parameters().steps());
    report.put("enhanced_prompt", input.row().prompts().enhanced());
    report.put("safety_checker", isChecked(result) ? model.safety().orElseThrow().name() : "none");
    report.put("notes", new TreeSet<>(result.notes()));
    report.put("seconds", elapsed.toMillis() / 1000.0);
    return JSON.writeValueAsString(report);
  }
}
