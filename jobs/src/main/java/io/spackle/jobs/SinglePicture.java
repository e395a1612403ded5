package io.spackle.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.family.Families;
import io.spackle.family.Inpainter;
import io.spackle.family.Note;
import io.spackle.family.Painting;
import io.spackle.family.StepPlan;
import io.spackle.family.Subject;
import io.spackle.family.Traits;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.Devices;
import io.spackle.graph.ModelBundle;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.ImageCodec;
import io.spackle.image.ImageFormat;
import io.spackle.image.Mask;
import io.spackle.image.Resize;
import io.spackle.image.RgbImage;
import io.spackle.row.ManifestRow;
import io.spackle.row.Reading;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The way of one picture, on the calling thread: what a task does for each row of a job. */
final class SinglePicture {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SinglePicture() {}

  /**
   * Paints one picture and writes it.
   *
   * @param fields of a manifest row, by name; the locations are paths
   * @return what was done, as one JSON object
   * @throws RefusedException if the model, a field or a file is not what it should be
   * @throws io.spackle.graph.BundleException likewise
   * @throws io.spackle.image.ImageException likewise
   */
  static String paint(PictureConf conf, Map<String, String> fields, Path out) throws IOException {
    long start = System.nanoTime();
    ImageFormat format = format(out);
    ModelBundle bundle =
        ModelBundle.open(Path.of(conf.model().path())).with(conf.model().options());
    Traits traits = Families.traits(bundle);
    ManifestRow row = row(conf, fields, traits);
    Frame frame = frame(conf, row, traits);
    Painting painting = paint(conf, bundle, row, frame);
    Files.write(out, ImageCodec.encode(painting.image(), format));
    return report(row, painting, out, Duration.ofNanos(System.nanoTime() - start));
  }

  private static ManifestRow row(PictureConf conf, Map<String, String> fields, Traits traits) {
    Problems problems = new Problems();
    RowDefaults defaults = Defaults.of(conf.defaults(), traits, problems);
    problems.refuse();
    StructType schema = new StructType();
    for (String name : fields.keySet()) {
      schema = schema.add(name, DataTypes.StringType);
    }
    Row row = new GenericRowWithSchema(fields.values().toArray(), schema);
    Reading reading = new RowReader(traits, defaults).read(row);
    if (reading instanceof Reading.Valid valid) {
      return valid.row();
    }
    throw new RefusedException(((Reading.Invalid) reading).outcome().message());
  }

  private static Frame frame(PictureConf conf, ManifestRow row, Traits traits) throws IOException {
    RgbImage init = ImageCodec.decode(bytes(row.initImage()), conf.limits());
    Mask mask = ImageCodec.decodeMask(bytes(row.maskImage()), conf.limits());
    Resize resize = conf.image().resize();
    return Framing.frame(
        init,
        mask,
        traits.framedSide(row.width(), resize),
        traits.framedSide(row.height(), resize),
        traits.sizeMultiple(),
        conf.image());
  }

  private static byte[] bytes(String file) throws IOException {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new RefusedException(file + " is not there, expected a picture");
    }
  }

  private static Painting paint(
      PictureConf conf, ModelBundle bundle, ManifestRow row, Frame frame) {
    if (frame.isBlank()) {
      return new Painting(frame.untouched(), Set.of(Note.MASK_EMPTY));
    }
    StepPlan plan =
        new StepPlan(
            frame.image().width(),
            frame.image().height(),
            row.steps(),
            row.guidanceScale(),
            row.strength(),
            row.sampler(),
            conf.image().maskReduction());
    Subject subject =
        new Subject(frame.image(), frame.mask(), row.prompt(), row.negativePrompt(), row.seed());
    Device device = Devices.resolve(conf.model().device().name().toLowerCase(Locale.ROOT), 0, 0);
    try (Inpainter inpainter = Families.open(bundle, device)) {
      check(inpainter, plan);
      Painting painting =
          inpainter.inpaint(plan, List.of(subject), new Cancellation()).paintings().get(0);
      return new Painting(frame.restore(painting.image()), painting.notes());
    }
  }

  private static void check(Inpainter inpainter, StepPlan plan) {
    try {
      inpainter.check(plan);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("scheduler: " + e.getMessage());
    }
  }

  private static ImageFormat format(Path out) {
    String name = out.getFileName().toString();
    try {
      return ImageFormat.of(name.substring(name.lastIndexOf('.') + 1));
    } catch (IllegalArgumentException e) {
      throw new RefusedException("--out " + out + ": " + e.getMessage());
    }
  }

  private static String report(ManifestRow row, Painting painting, Path out, Duration elapsed)
      throws JsonProcessingException {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", "success");
    report.put("output", out.toString());
    report.put("W", painting.image().width());
    report.put("H", painting.image().height());
    report.put("seed", row.seed());
    report.put("steps", row.steps());
    report.put("notes", new TreeSet<>(painting.notes()));
    report.put("seconds", elapsed.toMillis() / 1000.0);
    return JSON.writeValueAsString(report);
  }
}
