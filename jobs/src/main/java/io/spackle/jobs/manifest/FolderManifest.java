package io.spackle.jobs.manifest;

import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.RealPaths;
import io.spackle.jobs.manifest.FolderNames.Masks;
import io.spackle.jobs.manifest.Listed.Problem;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * A folder of images, each of which is a row: its id is its path below the folder. Masks and
 * captions are found by their names, and no image is opened to list it.
 *
 * @param images a folder, or a pattern
 * @param masks folder of the masks, or null: beside the images
 * @param suffix at the end of the names of masks, or null. If both are null, no file is a mask.
 */
public record FolderManifest(String images, String masks, String suffix) implements ManifestInput {

  static final String IMAGES = "manifest.images";
  static final String MASKS = "manifest.masks";
  static final String SUFFIX = "manifest.mask-suffix";

  static FolderManifest of(ConfReader reader) {
    return new FolderManifest(
        reader.location(IMAGES),
        reader.orNull(MASKS, reader::location),
        reader.orNull(SUFFIX, reader::text));
  }

  @Override
  public String location() {
    return Redaction.redacted(images);
  }

  @Override
  public String description() {
    return "the folder of images " + location();
  }

  @Override
  public Map<String, String> locations() {
    Map<String, String> locations = new LinkedHashMap<>();
    locations.put(IMAGES, images);
    if (masks != null) {
      locations.put(MASKS, masks);
    }
    return locations;
  }

  /** Always empty: a second listing would take as long as the first. */
  @Override
  public Manifest.Snapshot snapshot(Configuration hadoop) {
    return Manifest.Snapshot.UNKNOWN;
  }

  @Override
  public Optional<String> masksExpected() {
    return Optional.of(
        "the images have no masks: set spackle.manifest.masks or mask-suffix, or"
            + " spackle.defaults.mask-image or mask-from, or spackle.image.extend");
  }

  @Override
  public boolean mirrorsFiles() {
    return true;
  }

  @Override
  public List<String> folders(Configuration hadoop) throws IOException {
    List<String> folders = new ArrayList<>();
    for (Map.Entry<String, String> location : locations().entrySet()) {
      folders.add(ImageFolder.of(location.getKey(), location.getValue(), hadoop).location());
    }
    return folders;
  }

  @Override
  public List<String> overlapping(Path output, List<Path> results, Configuration hadoop)
      throws IOException {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, String> location : locations().entrySet()) {
      ImageFolder folder = ImageFolder.of(location.getKey(), location.getValue(), hadoop);
      if (folder.overlaps(output, hadoop)) {
        keys.add(location.getKey());
      }
    }
    return keys;
  }

  /**
   * Lists the images; {@link RowColumns#LINE} numbers them by their paths.
   *
   * @throws RefusedException if there is none, or a folder does not exist or cannot be listed
   */
  @Override
  public Manifest read(SparkSession spark) {
    try {
      FolderListing.Found found = listing(spark).found();
      JavaRDD<Listed> listed = found.listed();
      List<Skipped> skipped = skipped(listed);
      JavaRDD<Listed> images = listed.filter(Listed::isRow);
      if (images.isEmpty()) {
        throw new RefusedException(
            "no image found in "
                + location()
                + Skipped.text(skipped).map(text -> ". " + text).orElse(""));
      }
      boolean hasPrompts = !images.filter(image -> image.prompt() != null).isEmpty();
      return new Manifest(rows(spark, images, hasPrompts), skipped, Optional.of(found.files()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FolderListing listing(SparkSession spark) throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    ImageFolder imageFolder = ImageFolder.of(IMAGES, images, hadoop);
    imageFolder.check(IMAGES, hadoop);
    Optional<ImageFolder> maskFolder = maskFolder(imageFolder, hadoop);
    Masks where = maskFolder.isPresent() ? Masks.IN_A_FOLDER : Masks.BESIDE;
    FolderNames names =
        new FolderNames(
            imageFolder.pattern(),
            suffix == null ? "" : Normalizer.normalize(suffix, Normalizer.Form.NFC),
            masks == null && suffix == null ? Masks.NONE : where);
    return new FolderListing(spark, imageFolder, maskFolder, names);
  }

  /** The folder of the masks; empty if they are beside the images, or there is none. */
  private Optional<ImageFolder> maskFolder(ImageFolder imageFolder, Configuration hadoop)
      throws IOException {
    if (masks == null) {
      return Optional.empty();
    }
    ImageFolder folder =
        new ImageFolder(RealPaths.qualified(new Path(masks), hadoop), new FolderPattern(List.of()));
    folder.check(MASKS, hadoop);
    boolean isSame = "".equals(imageFolder.pathOf(folder, hadoop));
    if (isSame && suffix == null) {
      throw new RefusedException(
          "spackle.manifest.masks is the folder of the images, %s: name another folder, or set spackle.manifest.mask-suffix"
              .formatted(folder.location()));
    }
    return isSame ? Optional.empty() : Optional.of(folder);
  }

  private static List<Skipped> skipped(JavaRDD<Listed> listed) {
    return listed
        .filter(file -> !file.isRow())
        .mapToPair(
            file -> new Tuple2<>(file.skipped(), new Skipped(file.skipped(), 1, file.path())))
        .reduceByKey(Skipped::plus)
        .values()
        .collect()
        .stream()
        .sorted(Comparator.comparing(Skipped::reason))
        .toList();
  }

  /** The rows, without columns of which no row has a value. */
  private Dataset<Row> rows(SparkSession spark, JavaRDD<Listed> images, boolean hasPrompts) {
    boolean hasMasks = masks != null || suffix != null;
    StructType schema =
        new StructType()
            .add(RowColumns.ID, DataTypes.StringType)
            .add(RowColumns.INIT_IMAGE, DataTypes.StringType);
    if (hasMasks) {
      schema = schema.add(RowColumns.MASK_IMAGE, DataTypes.StringType);
    }
    if (hasPrompts) {
      schema = schema.add(RowColumns.PROMPT, DataTypes.StringType);
    }
    schema =
        schema
            .add(RowColumns.CODE, DataTypes.StringType)
            .add(RowColumns.PROBLEM, DataTypes.StringType)
            .add(RowColumns.LINE, DataTypes.LongType);
    JavaRDD<Row> rows =
        images
            .sortBy(Listed::path, true, images.getNumPartitions())
            .zipWithIndex()
            .map(image -> row(image._1(), image._2() + 1, hasMasks, hasPrompts))
            .persist(StorageLevel.DISK_ONLY());
    return spark.createDataFrame(rows, schema);
  }

  private static Row row(Listed image, long number, boolean hasMasks, boolean hasPrompts) {
    List<Object> values = new ArrayList<>(List.of(image.path(), image.location()));
    if (hasMasks) {
      values.add(image.mask());
    }
    if (hasPrompts) {
      values.add(image.prompt());
    }
    Problem problem = image.problem();
    values.add(problem == null ? null : problem.code().name());
    values.add(problem == null ? null : problem.message());
    values.add(number);
    return RowFactory.create(values.toArray());
  }
}
