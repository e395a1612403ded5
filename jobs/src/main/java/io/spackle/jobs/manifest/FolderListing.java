package io.spackle.jobs.manifest;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.jobs.manifest.Manifest.Skipped.Reason;
import io.spackle.spark.HadoopConf;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The images of a folder with their masks and captions. Files are listed, paired and counted by
 * tasks; of the files, only captions are read.
 */
final class FolderListing {

  private static final int EXAMPLES = 10;

  private final SparkSession spark;
  private final ImageFolder images;
  private final Optional<ImageFolder> masks;
  private final FolderNames names;

  /**
   * @param masks their folder, if it is another than that of the images
   */
  FolderListing(
      SparkSession spark, ImageFolder images, Optional<ImageFolder> masks, FolderNames names) {
    this.spark = spark;
    this.images = images;
    this.masks = masks;
    this.names = names;
  }

  /**
   * What is in the folder.
   *
   * @param files all of them, with their versions
   */
  record Found(JavaRDD<Listed> listed, JavaRDD<Entry> files) {}

  /**
   * Lists everything, once.
   *
   * @throws RefusedException if a folder cannot be listed
   */
  Found found() throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    FolderNames kept = names;
    String inner = masks.isEmpty() ? null : images.pathOf(masks.get(), hadoop);
    JavaRDD<Entry> entries = readable(images.list(spark, inner));
    JavaRDD<Entry> all = entries;
    JavaPairRDD<String, FolderFile> files = keyed(entries.map(kept::beside), kept);
    JavaRDD<Listed> others =
        entries.filter(entry -> kept.beside(entry).isEmpty()).flatMap(entry -> other(entry, kept));
    if (masks.isPresent()) {
      String outer = masks.get().pathOf(images, hadoop);
      JavaRDD<Entry> ofMasks = readable(masks.get().list(spark, outer));
      all = all.union(ofMasks);
      files = files.union(keyed(ofMasks.map(kept::mask), kept));
      others =
          others.union(
              ofMasks.filter(entry -> kept.mask(entry).isEmpty()).map(FolderListing::skipped));
    }
    return new Found(
        grouped(files).union(others).persist(StorageLevel.DISK_ONLY()),
        all.filter(entry -> entry.kind() == Kind.FILE));
  }

  private JavaRDD<Listed> grouped(JavaPairRDD<String, FolderFile> files) {
    FolderNames kept = names;
    String maskFolder = masks.orElse(images).location();
    HadoopConf hadoop = HadoopConf.of(spark.sparkContext().hadoopConfiguration());
    Captions texts = new Captions(images.location(), hadoop);
    int tasks = Math.max(files.getNumPartitions(), spark.sparkContext().defaultParallelism());
    return files
        .groupByKey(tasks)
        .flatMap(group -> new FolderGroup(kept, group._2()).listed(texts, maskFolder).iterator());
  }

  private static JavaPairRDD<String, FolderFile> keyed(
      JavaRDD<Optional<FolderFile>> files, FolderNames names) {
    return files
        .flatMap(file -> file.stream().iterator())
        .mapToPair(file -> new Tuple2<>(names.key(file), file));
  }

  /** An entry without a role; nothing if it is the root, or the pattern does not select it. */
  private static Iterator<Listed> other(Entry entry, FolderNames names) {
    boolean isMeant = !entry.path().isEmpty() && names.selected().matches(entry.path());
    return (isMeant ? Stream.of(skipped(entry)) : Stream.<Listed>empty()).iterator();
  }

  private static Listed skipped(Entry entry) {
    Reason reason =
        switch (entry.kind()) {
          case EMPTY -> Reason.EMPTY_FOLDER;
          case LINK -> Reason.LINK_TO_FOLDER;
          case LEFT_OUT -> Reason.HIDDEN_FOLDER;
          default -> Reason.NOT_AN_IMAGE;
        };
    return Listed.skipped(entry.path(), reason);
  }

  private static JavaRDD<Entry> readable(JavaRDD<Entry> entries) {
    List<String> problems =
        entries.filter(entry -> entry.kind() == Kind.UNREADABLE).take(EXAMPLES).stream()
            .map(
                entry ->
                    "the folder %s cannot be listed: permission to read it expected"
                        .formatted(entry.location()))
            .toList();
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return entries;
  }
}
