package io.spackle.jobs.files;

import io.spackle.sink.HadoopFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file system on which small files appear under their names only when complete: atomically where
 * it is local (a link or a move), HDFS (a rename) or an object store (an object becomes visible
 * when its upload completes). On other file systems a file that is being replaced may be missing
 * for a moment.
 *
 * <p>Except on object stores, a file is written to a staging folder and then renamed: if that
 * folder is gone, nothing changes. On object stores each change is one request.
 */
public final class AtomicFiles {

  private static final Logger LOG = LoggerFactory.getLogger(AtomicFiles.class);

  /** Prefix of the names of unpublished files, which Spark and most other readers ignore. */
  public static final String HIDDEN = ".spackle-";

  private static final int BUFFER = 1 << 16;

  private static final String IF_NONE_MATCH =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  private static final String IF_MATCH =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE_ETAG;

  private final FileSystem files;

  private AtomicFiles(FileSystem files) {
    this.files = files;
  }

  /** The file system of a path. */
  public static AtomicFiles of(Path path, Configuration hadoop) throws IOException {
    return new AtomicFiles(HadoopFiles.withoutChecksums(path, hadoop));
  }

  /**
   * A state of a file.
   *
   * @param tag of its content, or null if the store has none
   */
  public record Version(String tag) {}

  /** The content of a file that may be too large for the memory. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** The underlying file system, without Hadoop's checksum files. */
  public FileSystem system() {
    return files;
  }

  /** Whether {@link #create} decides atomically which of concurrent attempts wins. */
  public boolean createsExclusively(Path folder) throws IOException {
    boolean isS3 = files.getUri().getScheme().startsWith("s3");
    return !isS3 || files.hasPathCapability(folder, IF_NONE_MATCH);
  }

  /** Makes a folder unless it exists; object stores need none. */
  public void makeFolder(Path folder) throws IOException {
    if (!HadoopFiles.isObjectStore(files)) {
      files.mkdirs(folder);
    }
  }

  /**
   * Creates a file unless the name is taken.
   *
   * @param staging an existing folder
   * @return whether the file has this content now; false if it already existed with another one
   */
  public boolean create(Path name, byte[] bytes, Path staging) throws IOException {
    try {
      createNew(name, bytes, staging);
      return true;
    } catch (IOException e) {
      // Another attempt won, or a repeated request found what its first attempt had created.
      if (!files.exists(name)) {
        throw e;
      }
      return Arrays.equals(read(name), bytes);
    }
  }

  /**
   * Gives a complete file its name unless that is taken. On object stores the file is copied.
   *
   * @return whether the name was free
   */
  public boolean publish(Path complete, Path name) throws IOException {
    try {
      if (HadoopFiles.isObjectStore(files)) {
        putNew(name, copyOf(complete));
      } else {
        giveName(complete, name);
      }
      return true;
    } catch (IOException e) {
      if (!files.exists(name)) {
        throw e;
      }
      return false;
    }
  }

  /** The current version of a file, for {@link #replace}. */
  public Version version(Path name) throws IOException {
    return new Version(
        files.getFileStatus(name) instanceof EtagSource tagged ? tagged.getEtag() : null);
  }

  /**
   * Replaces a file. Object stores refuse it if the file has changed since the expected version, if
   * they support conditional requests. Equal content says nothing of whether it was written: the
   * caller may need the new time of the file.
   *
   * @param staging an existing folder
   */
  public void replace(Path name, Version expected, byte[] bytes, Path staging) throws IOException {
    if (HadoopFiles.isObjectStore(files)) {
      putInPlace(name, expected, out -> out.write(bytes));
    } else {
      write(name, bytes, staging);
    }
  }

  /**
   * Replaces a file by a complete one, see {@link #replace}. On object stores that one is copied.
   */
  public void replaceBy(Path complete, Path name, Version expected) throws IOException {
    if (!HadoopFiles.isObjectStore(files)) {
      rename(complete, name);
      return;
    }
    try {
      putInPlace(name, expected, copyOf(complete));
    } catch (IOException e) {
      if (!files.exists(name) || !areEqual(name, complete)) {
        throw e;
      }
    }
  }

  private void putInPlace(Path name, Version expected, Content content) throws IOException {
    FSDataOutputStreamBuilder<?, ?> target = files.createFile(name).overwrite(true);
    if (expected.tag() != null && files.hasPathCapability(name, IF_MATCH)) {
      target.must(IF_MATCH, expected.tag());
    }
    put(target, content);
  }

  /**
   * Writes a file, replacing any file of that name.
   *
   * @param staging an existing folder
   */
  public void write(Path name, byte[] bytes, Path staging) throws IOException {
    write(name, out -> out.write(bytes), staging);
  }

  /** The same for content of any length. */
  public void write(Path name, Content content, Path staging) throws IOException {
    if (HadoopFiles.isObjectStore(files)) {
      put(files.createFile(name).overwrite(true).recursive(), content);
      return;
    }
    Path staged = staged(content, staging);
    try {
      rename(staged, name);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(staged);
      throw e;
    }
  }

  /** Renames a file, replacing any file of that name; not on object stores. */
  public void rename(Path from, Path to) throws IOException {
    if (isLocal()) {
      Files.move(local(from), local(to), StandardCopyOption.ATOMIC_MOVE);
    } else {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(from, to, Rename.OVERWRITE);
    }
  }

  /** Moves a file or folder to a name that is free, in an existing folder. */
  public void move(Path from, Path to) throws IOException {
    if (isLocal()) {
      // Hadoop's rename falls back to copying.
      Files.move(local(from), local(to), StandardCopyOption.ATOMIC_MOVE);
    } else if (!files.rename(from, to)) {
      throw new FileNotFoundException("cannot rename " + from + " to " + to);
    }
  }

  /**
   * Whether files can be renamed between the folders of two existing paths: on disks these are on
   * one mount, on HDFS in one encryption zone, with ViewFs below one mount point. Not for object
   * stores, which rename nothing.
   */
  public boolean areOnOneVolume(Path one, Path other) throws IOException {
    if (isLocal()) {
      return Files.getFileStore(local(one)).equals(Files.getFileStore(local(other)));
    }
    return files.getEnclosingRoot(one).equals(files.getEnclosingRoot(other));
  }

  /** Reads a small file. */
  public byte[] read(Path name) throws IOException {
    try (FSDataInputStream in = files.open(name)) {
      return in.readAllBytes();
    }
  }

  /** Deletes a file or folder; a failure is only logged. */
  public void deleteQuietly(Path path) {
    try {
      files.delete(path, true);
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot delete {}, which is not needed any more", path, e);
    }
  }

  private void createNew(Path name, byte[] bytes, Path staging) throws IOException {
    if (HadoopFiles.isObjectStore(files)) {
      putNew(name, out -> out.write(bytes));
      return;
    }
    Path staged = staged(out -> out.write(bytes), staging);
    try {
      giveName(staged, name);
    } finally {
      deleteQuietly(staged);
    }
  }

  /** Gives a complete file its name; fails if that is taken. The old name may stay, too. */
  private void giveName(Path complete, Path name) throws IOException {
    if (isLocal()) {
      link(complete, name);
    } else if (files.exists(name) || !files.rename(complete, name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
  }

  private void putNew(Path name, Content content) throws IOException {
    FSDataOutputStreamBuilder<?, ?> target = files.createFile(name).overwrite(false).recursive();
    if (files.hasPathCapability(name, IF_NONE_MATCH)) {
      target.must(IF_NONE_MATCH, true);
    } else if (files.exists(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    put(target, content);
  }

  private Content copyOf(Path file) {
    return out -> {
      try (FSDataInputStream in = files.open(file)) {
        in.transferTo(out);
      }
    };
  }

  private boolean areEqual(Path one, Path other) throws IOException {
    if (files.getFileStatus(one).getLen() != files.getFileStatus(other).getLen()) {
      return false;
    }
    try (FSDataInputStream first = files.open(one);
        FSDataInputStream second = files.open(other)) {
      byte[] expected = first.readNBytes(BUFFER);
      while (expected.length > 0 && Arrays.equals(expected, second.readNBytes(BUFFER))) {
        expected = first.readNBytes(BUFFER);
      }
      return expected.length == 0;
    }
  }

  /** A move would replace a file that another attempt has just created; a link cannot. */
  private static void link(Path staged, Path name) throws IOException {
    try {
      Files.createLink(local(name), local(staged));
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Some network file systems have no links.
      synchronized (AtomicFiles.class) {
        Files.move(local(staged), local(name)); // fails if the name is taken
      }
    }
  }

  /** Writes a file to the staging folder, which is not created. */
  private Path staged(Content content, Path staging) throws IOException {
    Path staged = new Path(staging, HIDDEN + "new-" + UUID.randomUUID());
    try (FSDataOutputStream out = files.createFile(staged).build()) {
      content.writeTo(out);
    } catch (IOException | RuntimeException e) {
      deleteQuietly(staged);
      throw e;
    }
    return staged;
  }

  /** One request, which is made when the stream closes. */
  private static void put(FSDataOutputStreamBuilder<?, ?> target, Content content)
      throws IOException {
    // S3A would look for the object and for a folder of its name first.
    FSDataOutputStream out = target.opt("fs.s3a.create.performance", true).build();
    content.writeTo(out);
    out.close(); // not if the content is incomplete
  }

  private boolean isLocal() {
    return files.getUri().getScheme().equals("file");
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }
}
