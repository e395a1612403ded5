package io.spackle.jobs;

import io.spackle.image.RgbImage;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares jobs in which the model sees a crop around the mask ({@code image.crop-padding = auto})
 * with jobs in which it sees the complete photo: the time of the model, the seam, the difference
 * inside the mask, and the kept pixels that changed, by the share of the photo that is masked.
 *
 * <p>Arguments: a folder of photos as PNG files, a bundle, the side that rows ask for in pixels,
 * and steps. The masks are discs in the middle of the photos.
 */
public final class CropBench {

  private static final List<Double> SHARES = List.of(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4);

  private final Path folder;
  private final List<Path> photos;
  private final String settings;

  private CropBench(Path folder, List<Path> photos, String settings) {
    this.folder = folder;
    this.photos = photos;
    this.settings = settings;
  }

  /** What a job did with one photo and mask. */
  private record Result(double share, double seconds, double seam, long keptChanged, Path output) {

    static Result of(Row row) {
      String id = row.getAs("id");
      Row quality = row.getAs("quality");
      return new Result(
          Double.parseDouble(id.substring(id.indexOf('@') + 1)),
          row.getAs("generationTime"),
          quality.<Double>getList(quality.fieldIndex("seam")).get(0),
          quality.<Long>getList(quality.fieldIndex("kept_pixels_changed")).get(0),
          Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
    }
  }

  public static void main(String[] args) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      List<Path> photos =
          files
              .filter(file -> file.toString().matches(".*(?<!_mask)\\.png"))
              .map(Path::toAbsolutePath)
              .sorted()
              .toList();
      String settings =
          """
            model.path = "%s"
            defaults { width = %2$s, height = %2$s, num-inference-steps = %3$s, guidance-scale = 1 }
          """
              .formatted(Path.of(args[1]).toAbsolutePath(), args[2], args[3]);
      new CropBench(Files.createTempDirectory("spackle-crops-"), photos, settings).run();
    }
    SparkSessions.stop();
  }

  private void run() throws IOException {
    Path manifest = manifest();
    Map<String, Result> complete = results(manifest, "none", 0);
    Map<String, Result> crops = results(manifest, "auto", "auto");
    System.out.println(
        "share  seconds of the model  seam complete, crop  difference  kept changed");
    for (double share : SHARES) {
      List<String> ids =
          crops.keySet().stream().filter(id -> crops.get(id).share() == share).toList();
      System.out.printf(
          "%5.3f  %20.3f  %13.2f, %4.2f  %10.1f  %12d%n",
          share,
          sum(ids, crops, Result::seconds) / sum(ids, complete, Result::seconds),
          median(ids, complete),
          median(ids, crops),
          difference(ids, complete, crops),
          (long) sum(ids, crops, Result::keptChanged));
    }
  }

  private Path manifest() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Path photo : photos) {
      RgbImage size = ImageFiles.read(photo);
      for (double share : SHARES) {
        Path mask = disc(size.width(), size.height(), share);
        rows.add(
            """
            {"id": "%s@%s", "init_image": "%s", "mask_image": "%s", "prompt": "the ground", "seed": 1}"""
                .formatted(photos.indexOf(photo), share, photo, mask));
      }
    }
    return Files.write(folder.resolve("rows.jsonl"), rows);
  }

  private Path disc(int width, int height, double share) throws IOException {
    double squared = share * width * height / Math.PI;
    return ImageFiles.write(
        folder.resolve("disc-%dx%d-%s.png".formatted(width, height, share)),
        width,
        height,
        (x, y) -> Math.pow(x - width / 2.0, 2) + Math.pow(y - height / 2.0, 2) < squared ? 255 : 0);
  }

  private Map<String, Result> results(Path manifest, String name, Object padding)
      throws IOException {
    Path output = folder.resolve(name);
    Path conf =
        Files.writeString(
            folder.resolve(name + ".conf"),
            """
            spackle {
              manifest.path = "%s"
              output.path = "%s"
              fetch.allow-files = ["/"]
              image { resize = original, crop-padding = %s }
              report.enabled = false
            %s}
            """
                .formatted(manifest, output, padding, settings));
    BenchJob.run(conf.toString());
    SparkSession spark = SparkSessions.open(new HadoopOptions(Map.of()));
    Map<String, Result> results = new TreeMap<>();
    for (Row row : spark.read().parquet(output.resolve("meta").toString()).collectAsList()) {
      results.put(row.getAs("id"), Result.of(row));
    }
    return results;
  }

  private static double sum(
      List<String> ids, Map<String, Result> results, ToDoubleFunction<Result> value) {
    return ids.stream().map(results::get).mapToDouble(value).sum();
  }

  private static double median(List<String> ids, Map<String, Result> results) {
    double[] seams = ids.stream().map(results::get).mapToDouble(Result::seam).sorted().toArray();
    return seams[seams.length / 2];
  }

  /** The mean difference in levels, of the pixels that differ from the photo in both. */
  private double difference(
      List<String> ids, Map<String, Result> complete, Map<String, Result> crops)
      throws IOException {
    double sum = 0;
    long values = 0;
    for (String id : ids) {
      byte[] photo =
          ImageFiles.read(photos.get(Integer.parseInt(id.substring(0, id.indexOf('@'))))).pixels();
      byte[] one = ImageFiles.read(complete.get(id).output()).pixels();
      byte[] other = ImageFiles.read(crops.get(id).output()).pixels();
      for (int i = 0; i < photo.length; i++) {
        if (one[i] != photo[i] && other[i] != photo[i]) {
          sum += Math.abs(Byte.toUnsignedInt(one[i]) - Byte.toUnsignedInt(other[i]));
          values++;
        }
      }
    }
    return sum / Math.max(1, values);
  }
}
