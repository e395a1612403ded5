package io.spackle.sink;

import io.spackle.row.ManifestRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file for all images of a task; no file if it has no image. Locations are the file's location,
 * a number sign and the image's name.
 */
final class Shard implements ImageWriter {

  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  private final FileSystem files;
  private final Path path;
  private final ShardFormat format;
  private AtomicFile file;
  private ShardFormat.Writer writer;
  private boolean isClosed;

  Shard(FileSystem files, Path path, ShardFormat format) {
    this.files = files;
    this.path = path;
    this.format = format;
  }

  @Override
  public synchronized List<String> write(
      ManifestRow row, List<ImageFile> images, String extension) {
    if (isClosed) {
      throw new IllegalStateException("the task of row " + row.id() + " has ended");
    }
    List<String> locations = new ArrayList<>();
    try {
      begin();
      for (ImageFile image : images) {
        ShardFormat.Sample sample = new ShardFormat.Sample(row, locations.size(), image, extension);
        writer.add(sample);
        locations.add(location() + "#" + sample.name());
      }
    } catch (IOException e) {
      throw failed(e);
    }
    return locations;
  }

  @Override
  public synchronized void finish() {
    try {
      if (file != null && !isClosed) {
        writer.finish();
        file.finish();
      }
      isClosed = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public boolean isOneFile() {
    return true;
  }

  @Override
  public synchronized void discard() {
    try {
      files.delete(path, false);
    } catch (IOException | RuntimeException e) {
      LOG.warn("{}, whose images no meta row names, cannot be deleted", path, e);
    }
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the incomplete file {} could not be discarded", path, e);
    }
  }

  private void begin() throws IOException {
    if (file == null) {
      file = AtomicFile.create(files, path);
      writer = format.begin(file.stream());
    }
  }

  private String location() {
    return files.getUri().getScheme().equals("file") ? path.toUri().getPath() : path.toString();
  }

  private UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException("cannot write " + path + ": " + cause, cause);
  }
}
