package io.spackle.model;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A JVM of its own that asks a cache for a model, as another executor of the host does. */
final class ModelCacheProcess {

  private ModelCacheProcess() {}

  static Process start(Path cache, String location, String digest, Path notes, int pauseMillis)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                ModelCacheProcess.class.getName(),
                cache.toString(),
                location,
                digest,
                notes.toString(),
                String.valueOf(pauseMillis)));
    String classpath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classpath);
    File log = new File(notes + "." + System.nanoTime() + ".log");
    return builder.redirectErrorStream(true).redirectOutput(log).start();
  }

  public static void main(String[] args) {
    Path notes = Path.of(args[3]);
    ModelCache.in(args[0])
        .local(
            new ModelSettings.Folder(args[1], args[2], FolderKind.MODEL),
            RemoteTestFileSystem.configuration(notes, Integer.parseInt(args[4])));
  }
}
