package io.spackle.provenance;

import io.spackle.metadata.ImageMetadata;
import io.spackle.provenance.MarkingOptions.Kept;
import io.spackle.provenance.MarkingOptions.Mark;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Marks all image files of a folder with signed manifests, as if each was its own input, and prints
 * the CPU time. {@code golden/generate/c2pa_check.py} gives the files to the verifier of the C2PA.
 */
final class MarkFiles {

  private MarkFiles() {}

  /**
   * @param args PEM files of certificates and key, the folder of the files, the folder for the
   *     marked ones, and how often to mark each to measure the time; 0 to write them
   */
  public static void main(String[] args) throws IOException {
    SigningCredentials credentials =
        new SigningCredentials(
            Files.readString(Path.of(args[0])), Files.readString(Path.of(args[1])));
    List<Path> files;
    try (Stream<Path> listed = Files.list(Path.of(args[2]))) {
      files = listed.sorted().toList();
    }
    int repeats = Integer.parseInt(args[4]);
    for (Mark mark : Mark.values()) {
      OutputMarking marking =
          new OutputMarking(
              new MarkingOptions(Kept.KEEP, mark, mark == Mark.C2PA ? credentials : null));
      long start = 0;
      for (int i = -repeats; i < Math.max(1, repeats); i++) {
        start = i == 0 ? cpuTime() : start; // what is before warms up
        for (Path file : files) {
          byte[] marked = mark(marking, mark, Files.readAllBytes(file));
          if (mark == Mark.C2PA && repeats == 0) {
            Files.write(Path.of(args[3]).resolve(file.getFileName()), marked);
          }
        }
      }
      double millis = (cpuTime() - start) / 1e6 / Math.max(1, repeats) / files.size();
      System.out.printf("%s %.2f ms per file%n", mark, millis);
    }
  }

  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static byte[] mark(OutputMarking marking, Mark mark, byte[] file) {
    ImageMetadata metadata = ImageMetadata.read(file);
    Optional<InputManifest> manifest =
        mark == Mark.C2PA
            ? metadata.manifest().flatMap(store -> InputManifest.of(file, store, Instant.now()))
            : Optional.empty();
    Generation generation =
        new Generation(
            SourceType.COMPOSITE_WITH_TRAINED_MODEL,
            new Generation.Model("model", Optional.of("digest"), "1"),
            new Generation.Input("image/png", "sha256", manifest));
    return marking.apply(file, metadata, Optional.of(generation));
  }
}
