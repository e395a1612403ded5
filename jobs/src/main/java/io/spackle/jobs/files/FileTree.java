package io.spackle.jobs.files;

import io.spackle.source.FileVersion;
import io.spackle.spark.HadoopConf;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files below a folder, listed by Spark's tasks: level by level until there are folders for all
 * tasks, then each task goes down its own. The driver holds the folders of one level, never files.
 *
 * <p>Links to folders are not followed, so that nothing is listed twice and loops end.
 */
public final class FileTree {

  private static final Logger LOG = LoggerFactory.getLogger(FileTree.class);
  private static final int FOLDERS_PER_SLOT = 8;
  private static final int MAX_LEVELS = 6;

  private final SparkSession spark;
  private final Entry root;
  private final Rules rules;
  private final HadoopConf hadoop;

  /**
   * @param root of {@link RealPaths} or another qualified path; need not exist
   */
  public FileTree(SparkSession spark, Path root, Rules rules) {
    this.spark = spark;
    this.root = new Entry("", location(root), Kind.FOLDER);
    this.rules = rules;
    this.hadoop = HadoopConf.of(spark.sparkContext().hadoopConfiguration());
  }

  /** What an entry is. */
  public enum Kind {
    FILE,
    FOLDER,
    /** A folder without any entry. */
    EMPTY,
    /** A link to a folder. */
    LINK,
    /** A folder that the rules leave out. */
    LEFT_OUT,
    /** A folder that may not be listed. */
    UNREADABLE
  }

  /**
   * An entry of the tree.
   *
   * @param path below the root, with slashes; empty for the root
   * @param location an absolute path on the local file system, a URI on others
   * @param version the {@link FileVersion} of a file; null for folders, or if it is unknown
   */
  public record Entry(String path, String location, Kind kind, String version)
      implements Serializable {

    /** An entry without a version. */
    Entry(String path, String location, Kind kind) {
      this(path, location, kind, null);
    }

    /** The last part of the path. */
    public String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** Which folders of a tree are entered. */
  @FunctionalInterface
  public interface Rules extends Serializable {

    /** What to do with a folder, given its path below the root. */
    Visit visit(String path);
  }

  /** What to do with a folder. */
  public enum Visit {
    ENTER,
    /** List the folder, but not what is in it. */
    NAME,
    /** Behave as if it was not there. */
    IGNORE
  }

  /** A path as {@link Entry#location} has it. */
  public static String location(Path qualified) {
    return RealPaths.isLocal(qualified) ? qualified.toUri().getPath() : qualified.toString();
  }

  /** All entries but the folders that were entered; listed once and kept on the workers' disks. */
  public JavaRDD<Entry> list() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int slots = context.defaultParallelism();
    List<Entry> folders = List.of(root);
    JavaRDD<Entry> entries = context.emptyRDD();
    for (int level = 1; !folders.isEmpty(); level++) {
      boolean isLast = level == MAX_LEVELS || folders.size() >= FOLDERS_PER_SLOT * slots;
      int tasks = Math.min(folders.size(), FOLDERS_PER_SLOT * slots);
      JavaRDD<Entry> found =
          listed(context.parallelize(folders, tasks), isLast).persist(StorageLevel.DISK_ONLY());
      entries = entries.union(found.filter(entry -> entry.kind() != Kind.FOLDER));
      folders = isLast ? List.of() : found.filter(entry -> entry.kind() == Kind.FOLDER).collect();
    }
    return entries;
  }

  private JavaRDD<Entry> listed(JavaRDD<Entry> folders, boolean isDeep) {
    Rules kept = rules;
    HadoopConf conf = hadoop;
    return folders.mapPartitions(
        part -> new FolderWalk(part, lister(conf.configuration()), kept, isDeep));
  }

  /**
   * The files of some folders, without those below, listed by Spark's tasks as they are needed.
   * Folders that do not exist or cannot be listed have none.
   *
   * @param folders each a path or a URI, with which the locations of its files start
   */
  public static JavaRDD<Entry> filesIn(JavaRDD<String> folders, HadoopConf hadoop) {
    return folders
        .mapPartitions(
            part ->
                new FolderWalk(
                    roots(part),
                    tolerant(lister(hadoop.configuration())),
                    path -> Visit.NAME,
                    false))
        .filter(entry -> entry.kind() == Kind.FILE)
        .map(entry -> new Entry(entry.path(), entry.path(), Kind.FILE, entry.version()));
  }

  /** Folders as entries whose paths are their locations. */
  private static Iterator<Entry> roots(Iterator<String> folders) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(folders, 0), false)
        .map(folder -> new Entry(folder, folder, Kind.FOLDER))
        .iterator();
  }

  private static FolderLister tolerant(FolderLister lister) {
    return folder -> {
      try {
        return lister.open(folder);
      } catch (IOException e) {
        LOG.warn("cannot list {}", folder, e);
        throw new FileNotFoundException(folder);
      }
    };
  }

  private static FolderLister lister(Configuration hadoop) {
    FolderLister local = new LocalLister();
    FolderLister remote = new HadoopLister(hadoop);
    return folder -> (folder.startsWith("/") ? local : remote).open(folder);
  }
}
