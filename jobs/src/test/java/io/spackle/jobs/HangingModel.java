package io.spackle.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model that does next to nothing, and gets stuck in its text encoder where a prompt has a "#";
 * {@code src/test/resources/stuck} says how it is made.
 */
final class HangingModel {

  private HangingModel() {}

  /** Writes the model into a new folder. */
  static Path in(Path folder) throws IOException {
    Path idle = TestJob.bundle("idle-sd15-inpaint");
    try (Stream<Path> walk = Files.walk(idle)) {
      List<Path> all = walk.toList();
      for (Path path : all) {
        Files.copy(path, folder.resolve(idle.relativize(path)));
      }
    }
    Files.copy(
        Path.of("src", "test", "resources", "stuck", "text_encoder.onnx"),
        folder.resolve("text_encoder/model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    return folder;
  }
}
