package io.spackle.jobs.output;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.MergedFiles.Merge;
import io.spackle.jobs.output.MetaLines.Line;
import io.spackle.jobs.output.SimulatedJob.Task;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * What {@link MetaUpkeep}, {@link StagedRows} and {@link MetaRewrite} do, without Spark: which rows
 * go to which file is computed here in a few lines, and what changes files is the real code. Each
 * job has one task for each file.
 */
final class SimulatedUpkeep {

  /** Few, so that many histories have a compaction. */
  private static final int ENOUGH = 2;

  private final Path meta;
  private final String run;
  private final Configuration hadoop;

  SimulatedUpkeep(Path meta, String run, Configuration hadoop) {
    this.meta = meta;
    this.run = run;
    this.hadoop = hadoop;
  }

  /** The tasks of a file in each job, one job after the other. */
  private interface FileWork {
    void make(RunFiles files) throws IOException;
  }

  /** The published rows by their files. */
  Map<String, List<Line>> published() throws IOException {
    return lines(meta);
  }

  /** The jobs that merge staged rows into the meta files. */
  List<List<Task>> mergeStaged() throws IOException {
    Map<String, List<Line>> staged = lines(StagedRows.folder(meta));
    if (staged.isEmpty()) {
      return List.of();
    }
    Map<String, List<Line>> changed =
        merged(staged.values().stream().flatMap(List::stream).toList());
    List<Task> write = new ArrayList<>();
    List<Task> replace = new ArrayList<>();
    changed.forEach(
        (name, lines) -> {
          write.add(writing(name, lines));
          replace.add(task(files -> new MergedFiles(files, meta).replace(name)));
        });
    return List.of(write, replace);
  }

  /** The new lines of the files with rows that are replaced. */
  private Map<String, List<Line>> merged(List<Line> staged) throws IOException {
    Map<String, Line> newOfGone = new HashMap<>();
    for (Line line : staged) {
      newOfGone.put(line.key(), line.published());
      newOfGone.put(line.replaces(), line.published());
    }
    Map<String, List<Line>> changed = new TreeMap<>();
    Set<Line> placed = new HashSet<>();
    published()
        .forEach(
            (name, lines) -> {
              List<Line> kept = new ArrayList<>(lines);
              if (kept.removeIf(line -> newOfGone.containsKey(line.key()))) {
                for (Line line : lines) {
                  Line replacing = newOfGone.get(line.key());
                  if (replacing != null && placed.add(replacing)) {
                    kept.add(replacing);
                  }
                }
                changed.put(name, kept);
              }
            });
    return changed;
  }

  /** The jobs that merge small files of earlier runs. */
  List<List<Task>> compact() throws IOException {
    Map<String, List<Line>> small = published();
    small.keySet().removeIf(name -> name.startsWith(run + "-"));
    if (small.size() < ENOUGH) {
      return List.of();
    }
    Merge merge = new Merge(MetaFiles.name("merged-" + run, 0, 0), List.copyOf(small.keySet()));
    List<Line> lines = small.values().stream().flatMap(List::stream).toList();
    return List.of(
        List.of(writing(merge.target(), lines)),
        List.of(task(files -> new MergedFiles(files, meta).merge(merge))));
  }

  private Task writing(String name, List<Line> lines) {
    byte[] content = MetaLines.content(lines);
    return task(files -> files.writeHidden(MergedFiles.hidden(name), out -> out.write(content)));
  }

  private Task task(FileWork work) {
    return executor ->
        () -> {
          work.make(RunFiles.ofTask(meta, run, hadoop));
          return false;
        };
  }

  private Map<String, List<Line>> lines(Path folder) throws IOException {
    AtomicFiles files = AtomicFiles.of(meta, hadoop);
    Map<String, List<Line>> lines = new TreeMap<>();
    for (FileStatus status : listed(files, folder)) {
      String name = status.getPath().getName();
      if (name.endsWith(".parquet")) {
        lines.put(name, MetaLines.parsed(files.read(status.getPath())));
      }
    }
    return lines;
  }

  /** The files in a folder; none if it does not exist. */
  static FileStatus[] listed(AtomicFiles files, Path folder) throws IOException {
    try {
      return files.system().listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
