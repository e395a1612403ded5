package io.spackle.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.MaskReading;
import io.spackle.codec.MaskTarget;
import io.spackle.conf.ModelInfo;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedDefaults;
import io.spackle.conf.SafetyInfo;
import io.spackle.conf.TaskConf;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.family.Families;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.pipeline.MaskNotes;
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
  record Model(ModelBundle bundle, Optional<SafetyModel> safety, Device device) {}

  /**
   * What is inpainted.
   *
   * @param init the image to inpaint
   * @param reference the image of a garment, or null if the model uses none
   */
  record Input(ManifestRow row, RgbImage init, MaskReading mask, RgbImage reference) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads and checks all inputs; no graph is loaded and nothing is written.
   *
   * @param fields of a manifest row, by name; the locations are paths
   * @param out where the image will be written
   * @param problems receives all problems; the result is valid only if there are none
   */
  static SingleImage check(TaskConf conf, Map<String, String> fields, Path out, Problems problems) {
    ModelBundle bundle = problems.attempt("the model", () -> bundle(conf.model()));
    Path folder = Path.of(conf.model().path());
    Optional<SafetyModel> safety =
        problems.attempt("the safety checker", () -> SafetyInfo.local(conf.safety(), folder));
    Path image = Path.of(fields.get("init_image"));
    Path mask = Path.of(fields.get("mask_image"));
    Device device = problems.attempt("the device", () -> device(conf.model()));
    ManifestRow row =
        bundle == null || safety == null
            ? null
            : problems.attempt("the row", () -> row(conf, fields, bundle, policy(conf, safety)));
    RgbImage init =
        problems.attempt("--image " + image, () -> ImageCodec.decode(bytes(image), conf.limits()));
    Input input =
        new Input(
            row,
            init,
            problems.attempt("--mask " + mask, () -> mask(conf, fields, init)),
            row == null || !row.usesReference(Families.traits(bundle))
                ? null
                : reference(conf, Path.of(row.locations().reference()), problems));
    ImageFormat format = problems.attempt("--out", () -> format(out));
    return new SingleImage(conf, new Model(bundle, safety, device), input, format);
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
    InpaintedImage result = result();
    byte[] bytes = ImageCodec.encode(result.image(), format);
    Files.createDirectories(out.toAbsolutePath().getParent());
    Files.write(out, bytes);
    return report(result, out, Duration.ofNanos(System.nanoTime() - start));
  }

  private static ModelBundle bundle(ModelConf conf) {
    String what = "--model " + conf.path();
    ModelBundle opened = ModelInfo.refusing(what, () -> ModelBundle.open(Path.of(conf.path())));
    ModelFolder vae = conf.vae() == null ? null : ModelInfo.vae(conf, Path.of(conf.vae()));
    ModelBundle bundle = ModelInfo.configured(conf, opened, vae);
    ModelInfo.refusing(what, () -> ModelInfo.traits(conf, bundle));
    return bundle;
  }

  private static RgbImage reference(TaskConf conf, Path file, Problems problems) {
    return problems.attempt(
        "--reference " + file, () -> ImageCodec.decode(bytes(file), conf.limits()));
  }

  /**
   * The mask; null if there is no init image, whose problem is reported already.
   *
   * @param init null if it cannot be decoded
   */
  private static MaskReading mask(TaskConf conf, Map<String, String> fields, RgbImage init)
      throws IOException {
    byte[] mask = bytes(Path.of(fields.get("mask_image")));
    if (init == null) {
      ImageCodec.decodeMask(mask, conf.limits());
      return null;
    }
    int orientation = ImageCodec.orientation(bytes(Path.of(fields.get("init_image"))));
    return ImageCodec.decodeMask(
        mask, conf.limits(), new MaskTarget(init.width(), init.height(), orientation));
  }

  private static Device device(ModelConf conf) {
    return Device.resolve(conf.device().name().toLowerCase(Locale.ROOT), 0, 0);
  }

  private static ManifestRow row(
      TaskConf conf, Map<String, String> fields, ModelBundle bundle, SafetyPolicy safety) {
    ModelTraits traits = Families.traits(bundle);
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
  private InpaintedImage result() {
    Frame frame =
        input
            .row()
            .frame(
                input.init(), input.mask().mask(), Families.traits(model.bundle()), conf.image());
    if (frame.isBlank()) {
      Set<Note> notes = MaskNotes.of(input.mask());
      notes.add(Note.MASK_EMPTY);
      return new InpaintedImage(frame.untouched(), notes);
    }
    InpaintInput inpaintInput = input.row().inpaintInput(frame, input.reference(), 0);
    Optional<SafetyModel> checker = input.row().safetyChecker() ? model.safety() : Optional.empty();
    try (Inpainter inpainter = Families.open(model.bundle(), checker, model.device())) {
      InpaintParameters parameters =
          input.row().inpaintParameters(frame, conf.image().maskReduction());
      requireRunnable(inpainter, parameters);
      InpaintedImage result =
          inpainter.inpaint(parameters, List.of(inpaintInput), new Cancellation()).images().get(0);
      return new InpaintedImage(result.output(frame), notes(result, inpainter.traits()));
    }
  }

  private Set<Note> notes(InpaintedImage result, ModelTraits traits) {
    Set<Note> notes = MaskNotes.of(input.mask());
    notes.addAll(result.notes());
    if (input.row().hasUnusedReference(traits)) {
      notes.add(Note.REFERENCE_UNUSED);
    }
    return notes;
  }

  /** With an empty mask nothing is generated, and so nothing is checked. */
  private boolean isChecked(InpaintedImage result) {
    return input.row().safetyChecker() && !result.notes().contains(Note.MASK_EMPTY);
  }

  private String report(InpaintedImage result, Path out, Duration elapsed)
      throws JsonProcessingException {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", "success");
    report.put("output", out.toString());
    report.put("W", result.image().width());
    report.put("H", result.image().height());
    report.put("seed", input.row().seed());
    report.put("steps", input.row().parameters().steps());
    report.put("enhanced_prompt", input.row().prompts().enhanced());
    report.put("safety_checker", isChecked(result) ? model.safety().orElseThrow().name() : "none");
    report.put("notes", new TreeSet<>(result.notes()));
    report.put("seconds", elapsed.toMillis() / 1000.0);
    return JSON.writeValueAsString(report);
  }
}
