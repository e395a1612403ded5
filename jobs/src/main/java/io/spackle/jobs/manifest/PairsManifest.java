package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.conf.ConfReader;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.FileTree;
import io.spackle.jobs.files.RealPaths;
import io.spackle.jobs.manifest.CsvRecords.Line;
import io.spackle.row.Redaction;
import io.spackle.row.RowColumns;
import io.spackle.spark.HadoopConf;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A try-on data set in the layout of VITON-HD: a folder of persons, one of garments, one of masks,
 * and a list with the names of a person and a garment in each line.
 *
 * <p>Each pair is a row. A missing file is found when its row is fetched, so that the row can be
 * retried once the file is there. The names of all files are held in memory.
 *
 * @param folder that contains the others
 */
record PairsManifest(String folder, Layout layout) implements ManifestInput {

  static final String PAIRS = "manifest.pairs";

  static final String LIST = "manifest.pairs-list";
  private static final String IMAGES = "manifest.pairs-images";
  private static final String GARMENTS = "manifest.pairs-garments";
  private static final String MASKS = "manifest.pairs-masks";

  /** The list of VITON-HD's test split. */
  private static final String TEST_LIST = "test_pairs.txt";

  /** The columns of names, and of the number of the line, in the meta rows. */
  private static final String PERSON = "person";

  private static final String GARMENT = "garment";
  private static final String LIST_LINE = "list_line";

  /** Separates the names in ids. */
  private static final String AND = "__";

  /**
   * The names of the parts, relative to the data set's folder.
   *
   * @param masks a folder that need not exist
   * @param list null: see {@link #list}
   */
  record Layout(String images, String garments, String masks, String list) {}

  private static final StructType COLUMNS =
      new StructType()
          .add(RowColumns.ID, DataTypes.StringType)
          .add(RowColumns.INIT_IMAGE, DataTypes.StringType)
          .add(RowColumns.MASK_IMAGE, DataTypes.StringType)
          .add(RowColumns.REFERENCE_IMAGE, DataTypes.StringType)
          .add(PERSON, DataTypes.StringType)
          .add(GARMENT, DataTypes.StringType)
          .add(LIST_LINE, DataTypes.LongType)
          .add(RowColumns.LINE, DataTypes.LongType)
          .add(RowColumns.CORRUPT, DataTypes.StringType)
          .add(RowColumns.PROBLEM, DataTypes.StringType);

  static PairsManifest of(ConfReader reader) {
    return new PairsManifest(
        reader.location(PAIRS),
        new Layout(
            reader.text(IMAGES),
            reader.text(GARMENTS),
            reader.text(MASKS),
            reader.orNull(LIST, reader::text)));
  }

  @Override
  public String location() {
    return Redaction.redacted(folder);
  }

  @Override
  public String description() {
    return "the data set " + location();
  }

  @Override
  public Map<String, String> locations() {
    return Map.of(PAIRS, folder);
  }

  @Override
  public Manifest.Snapshot snapshot(Configuration hadoop) {
    try {
      return Manifest.Snapshot.of(list(hadoop).toString(), hadoop);
    } catch (IOException | RefusedException e) {
      return Manifest.Snapshot.UNKNOWN; // reading the rows reports the problem
    }
  }

  @Override
  public List<String> overlapping(Path output, List<Path> results, Configuration hadoop)
      throws IOException {
    Path out = RealPaths.of(output, hadoop);
    for (String part : List.of(".", layout.images(), layout.garments(), layout.masks())) {
      Path input = RealPaths.of(part(part), hadoop);
      if (RealPaths.isBelow(out, input) || RealPaths.isBelow(input, out)) {
        return List.of(PAIRS);
      }
    }
    return List.of();
  }

  @Override
  public List<String> folders(Configuration hadoop) throws IOException {
    List<String> folders = new ArrayList<>();
    for (String part : List.of(layout.images(), layout.garments(), layout.masks())) {
      folders.add(FileTree.location(RealPaths.of(part(part), hadoop)));
    }
    return folders;
  }

  @Override
  public Manifest read(SparkSession spark) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    try {
      Path list = list(hadoop);
      String path = list.getFileSystem(hadoop).makeQualified(list).toUri().toString();
      ManifestFiles lists = new ManifestFiles(List.of(path), HadoopConf.of(hadoop));
      FileHead.check(List.of(FileHead.of(path, lists, null)));
      Files files =
          new Files(
              files(IMAGES, layout.images(), hadoop),
              files(GARMENTS, layout.garments(), hadoop),
              masks(hadoop),
              list.getName());
      return new Manifest(spark.createDataFrame(rows(spark, lists, files), COLUMNS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JavaRDD<Row> rows(SparkSession spark, ManifestFiles lists, Files files) {
    Broadcast<Files> shared =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(files);
    return ManifestFiles.distributed(spark, lists.paths())
        .flatMap(path -> lists.lines(path, UTF_8))
        .filter(line -> !line.text().isBlank())
        .map(line -> shared.value().row(line));
  }

  /**
   * The list of pairs. Where the configuration names none it is {@code test_pairs.txt} in the
   * folder, or the list beside the folder that is named after it, as VITON-HD has {@code
   * train_pairs.txt} beside {@code train}.
   *
   * @throws RefusedException if there is none
   */
  private Path list(Configuration hadoop) throws IOException {
    Path root = new Path(folder);
    List<Path> places = new ArrayList<>();
    if (layout.list() != null) {
      places.add(part(layout.list()));
    } else {
      places.add(part(TEST_LIST));
      if (root.getParent() != null) {
        places.add(new Path(root.getParent(), root.getName() + "_pairs.txt"));
      }
    }
    for (Path place : places) {
      if (place.getFileSystem(hadoop).exists(place)) {
        return place;
      }
    }
    throw new RefusedException(
        "%s has no list of pairs: %s not found, set spackle.%s"
            .formatted(description(), String.join(" and ", names(places)), LIST));
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(Path::toString).map(Redaction::redacted).toList();
  }

  private Path part(String name) {
    return new Path(new Path(folder), name);
  }

  private PairFiles files(String key, String name, Configuration hadoop) throws IOException {
    try {
      return PairFiles.in(part(name), hadoop);
    } catch (FileNotFoundException e) {
      throw new RefusedException(
          "%s has no folder %s: set spackle.%s".formatted(description(), name, key));
    }
  }

  private PairFiles masks(Configuration hadoop) throws IOException {
    Path masks = part(layout.masks());
    return masks.getFileSystem(hadoop).exists(masks) ? PairFiles.in(masks, hadoop) : null;
  }

  /**
   * The files of a data set.
   *
   * @param masks null if the data set has no masks
   * @param list name of the list, for messages
   */
  private record Files(PairFiles persons, PairFiles garments, PairFiles masks, String list)
      implements Serializable {

    Row row(Line line) {
      PairLine pair = PairLine.of(line.text(), persons, garments);
      if (pair.problem() != null) {
        String problem = list + ": " + pair.problem();
        return RowFactory.create(
            null, null, null, null, null, null, null, line.number(), line.text(), problem);
      }
      String person = persons.find(pair.person()).orElse(pair.person());
      String garment = garments.find(pair.garment()).orElse(pair.garment());
      return RowFactory.create(
          persons.label(person) + AND + garments.label(garment),
          persons.location(person),
          mask(person),
          garments.location(garment),
          person,
          garment,
          line.number(),
          line.number(),
          null,
          null);
    }

    private String mask(String person) {
      return masks == null
          ? null
          : masks.location(masks.findMask(person).orElse(PairFiles.stem(person) + "_mask.png"));
    }
  }
}
