package io.spackle.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.ModelFolder;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
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
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
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
 * One image, checked and ready to be painted on the calling thread: what a task does for each row
 * of a job.
 *
 * @param safety the checker that may be asked for
 * @param init the image to paint on
 * @param mask where to
 * @param format of the result
 */
record SingleImage(
    TaskConf conf,
    ModelBundle bundle,
    Optional<SafetyModel> safety,
    Device device,
    ManifestRow row,
    RgbImage init,
    Mask mask,
    ImageFormat format) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads everything that an image needs; no graph is loaded and nothing is written.
   *
   * @param fields of a manifest row, by name; the locations are paths
   * @param out where the image will be written
   * @param problems gets all that is wrong; the result counts only if there is nothing
   */
  static SingleImage check(TaskConf conf, Map<String, String> fields, Path out, Problems problems) {
    ModelBundle bundle = problems.attempt("the model", () -> bundle(conf.model()));
    Path folder = Path.of(conf.model().path());
    Optional<SafetyModel> safety =
        problems.attempt("the safety checker", () -> SafetyInfo.local(conf.safety(), folder));
    Path image = Path.of(fields.get("init_image"));
    Path mask = Path.of(fields.get("mask_image"));
    return new SingleImage(
        conf,
        bundle,
        safety,
        problems.attempt("the device", () -> device(conf.model())),
        bundle == null || safety == null
            ? null
            : problems.attempt("the row", () -> row(conf, fields, bundle, rule(conf, safety))),
        problems.attempt("--image " + image, () -> ImageCodec.decode(bytes(image), conf.limits())),
        problems.attempt("--mask " + mask, () -> ImageCodec.decodeMask(bytes(mask), conf.limits())),
        problems.attempt("--out", () -> format(out)));
  }

  /**
   * Paints the image and writes it, into a folder that is made if need be.
   *
   * @return what was done, as one JSON object
   * @throws io.spackle.graph.InvalidModelException if the model cannot be loaded
   * @throws io.spackle.image.ImageException if the image does not go with the size
   * @throws IOException if it cannot be written
   */
  String paint(Path out) throws IOException {
    long start = System.nanoTime();
    InpaintedImage painting = painting();
    byte[] bytes = ImageCodec.encode(painting.image(), format);
    Files.createDirectories(out.toAbsolutePath().getParent());
    Files.write(out, bytes);
    return report(painting, out, Duration.ofNanos(System.nanoTime() - start));
  }

  private static ModelBundle bundle(ModelConf conf) {
    String what = "--model " + conf.path();
    ModelBundle own = ModelInfo.refusing(what, () -> ModelBundle.open(Path.of(conf.path())));
    ModelFolder vae = conf.vae() == null ? null : ModelInfo.vae(conf, Path.of(conf.vae()));
    ModelBundle bundle = ModelInfo.configured(conf, own, vae);
    ModelInfo.refusing(what, () -> ModelInfo.traits(conf, bundle));
    return bundle;
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

  private static SafetyPolicy rule(TaskConf conf, Optional<SafetyModel> safety) {
    return safety.isPresent() ? SafetyPolicy.CHECKED : SafetyInfo.ruleWithout(conf.safety());
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      String found = Files.exists(file) ? " is no file" : " is not there";
      throw new RefusedException(file + found + ", expected an image");
    }
    return Files.readAllBytes(file);
  }

  private static void requireRunnable(Inpainter inpainter, InpaintParameters plan) {
    try {
      inpainter.check(plan);
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
          "--out %s: %s is no folder that can be written to".formatted(out, folder));
    }
    String name = out.getFileName().toString();
    try {
      return ImageFormat.of(name.substring(name.lastIndexOf('.') + 1));
    } catch (IllegalArgumentException e) {
      throw new RefusedException("--out " + out + ": " + e.getMessage());
    }
  }

  /** What the model made, in the size and with the kept pixels of the output. */
  private InpaintedImage painting() {
    Frame frame = row.frame(init, mask, Families.traits(bundle), conf.image());
    if (frame.isBlank()) {
      return new InpaintedImage(frame.untouched(), Set.of(Note.MASK_EMPTY));
    }
    InpaintInput subject = row.inpaintInput(frame, 0);
    Optional<SafetyModel> asked = row.safetyChecker() ? safety : Optional.empty();
    try (Inpainter inpainter = Families.open(bundle, asked, device)) {
      InpaintParameters plan = row.inpaintParameters(frame, conf.image().maskReduction());
      requireRunnable(inpainter, plan);
      InpaintedImage painting =
          inpainter.inpaint(plan, List.of(subject), new Cancellation()).images().get(0);
      return new InpaintedImage(painting.output(frame), painting.notes());
    }
  }

  /** Nothing is painted, and so nothing judged, where the mask is empty. */
  private boolean isChecked(InpaintedImage painting) {
    return row.safetyChecker() && !painting.notes().contains(Note.MASK_EMPTY);
  }

  private String report(InpaintedImage painting, Path out, Duration elapsed)
      throws JsonProcessingException {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", "success");
    report.put("output", out.toString());
    report.put("W", painting.image().width());
    report.put("H", painting.image().height());
    report.put("seed", row.seed());
    report.put("steps", row.parameters().steps());
    report.put("enhanced_prompt", row.prompts().enhanced());
    report.put("safety_checker", isChecked(painting) ? safety.orElseThrow().name() : "none");
    report.put("notes", new TreeSet<>(painting.notes()));
    report.put("seconds", elapsed.toMillis() / 1000.0);
    return JSON.writeValueAsString(report);
  }
}
