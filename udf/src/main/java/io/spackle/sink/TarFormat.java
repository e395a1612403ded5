package io.spackle.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * WebDataset: a POSIX tar with two consecutive entries per image, {@code key.png} and {@code
 * key.json}.
 */
final class TarFormat implements ShardFormat {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROPERTIES = ".json";

  private record Writing(TarArchiveOutputStream tar) implements Writer {

    @Override
    public void add(Sample sample) throws IOException {
      put(tar, sample.name(), sample.file().bytes());
      put(tar, sample.key() + PROPERTIES, JSON.writeValueAsBytes(sample.properties()));
    }

    @Override
    public void finish() throws IOException {
      tar.finish();
      tar.flush();
    }
  }

  /** Adds an entry that depends on its name and its bytes alone. */
  static void put(TarArchiveOutputStream tar, String name, byte[] bytes) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    entry.setModTime(0L); // makes shards reproducible
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  @Override
  public Writer begin(OutputStream out) {
    return new Writing(tar(out));
  }

  @Override
  public List<String> names(FileSystem files, Path shard) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(files.open(shard))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (!entry.getName().endsWith(PROPERTIES)) {
          names.add(entry.getName());
        }
      }
    }
    return names;
  }

  @Override
  public void copy(FileSystem files, Path shard, Set<String> names, OutputStream out)
      throws IOException {
    Set<String> keys = names.stream().map(TarFormat::key).collect(Collectors.toSet());
    TarArchiveOutputStream kept = tar(out);
    try (TarArchiveInputStream tar = new TarArchiveInputStream(files.open(shard))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (keys.contains(key(entry.getName()))) {
          kept.putArchiveEntry(entry);
          tar.transferTo(kept);
          kept.closeArchiveEntry();
        }
      }
    }
    new Writing(kept).finish();
  }

  private static String key(String name) {
    return name.substring(0, name.indexOf('.'));
  }

  /** Begins a tar in the form of POSIX, with names of any length. */
  static TarArchiveOutputStream tar(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return tar;
  }
}
