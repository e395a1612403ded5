package io.spackle.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.driver.SparkSessions.HadoopOptions;
import io.spackle.jobs.manifest.FolderManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** The time to list and to plan a folder of many tiny images with their masks. */
public final class FolderBench {

  private static final int PER_FOLDER = 1000;

  private final Path folder;
  private final int images;

  private FolderBench(Path folder, int images) {
    this.folder = folder;
    this.images = images;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("spackle-folder-");
    try {
      new FolderBench(folder, Integer.parseInt(args[0])).run();
    } finally {
      SparkSessions.stop();
      delete(folder);
    }
  }

  private void run() throws IOException {
    write();
    SparkSession spark = SparkSessions.open(new HadoopOptions(Map.of()));
    list(spark); // warms up
    double listed = list(spark);
    CommandResult plan =
        CommandResult.run(
            "plan",
            "--images",
            folder.resolve("photos"),
            "--masks",
            folder.resolve("masks"),
            "--out",
            folder.resolve("out"),
            "--model",
            "builtin:patchmatch");
    Map<?, ?> line = new ObjectMapper().readValue(plan.out(), Map.class);
    System.out.printf(
        "%d images and as many masks: %.1f s to list and pair them, %s s to plan %s rows%n",
        images, listed, line.get("seconds"), line.get("rows"));
  }

  private double list(SparkSession spark) {
    long start = System.nanoTime();
    FolderManifest manifest =
        new FolderManifest(
            folder.resolve("photos").toString(), folder.resolve("masks").toString(), null);
    long rows = manifest.read(spark).rows().count();
    if (rows != images) {
      throw new IllegalStateException(rows + " rows found, " + images + " expected");
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void write() throws IOException {
    byte[] tiny =
        Files.readAllBytes(ImageFiles.write(folder.resolve("tiny.png"), 8, 8, (x, y) -> 32 * x));
    for (int i = 0; i < images; i++) {
      String name = i / PER_FOLDER + "/photo-" + i;
      write(folder.resolve("photos/" + name + ".jpg"), tiny);
      write(folder.resolve("masks/" + name + ".png"), tiny);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
