package io.spackle.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A format of files that hold many images, each under a name of its own. */
interface ShardFormat {

  /** A file that is being written; one thread at a time. */
  interface Writer {

    void add(ShardSample sample) throws IOException;

    /** Writes what ends the file; the stream stays open. */
    void finish() throws IOException;
  }

  Writer begin(OutputStream out) throws IOException;

  /** The names of the images in a file, as {@link ShardSample#name} gave them. */
  List<String> names(FileSystem files, Path shard) throws IOException;

  /** Writes a file with some of the images of another. */
  void copy(FileSystem files, Path shard, Set<String> names, OutputStream out) throws IOException;
}
