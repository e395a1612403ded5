package io.spackle.model;

import io.spackle.model.ModelSettings.FolderKind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A separate JVM that uses a model cache, like another executor of the host. */
final class ModelCacheProcess {

  private ModelCacheProcess() {}

  static Process start(Path cache, String location, String digest, Path readLog, int pauseMillis)
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
                readLog.toString(),
                String.valueOf(pauseMillis)));
    String classpath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classpath);
    File log = new File(readLog + "." + System.nanoTime() + ".log");
    return builder.redirectErrorStream(true).redirectOutput(log).start();
  }

  public static void main(String[] args) {
    Path readLog = Path.of(args[3]);
    ModelCache.in(args[0])
        .local(
            new ModelSettings.Folder(args[1], args[2], FolderKind.MODEL),
            RemoteTestFileSystem.configuration(readLog, Integer.parseInt(args[4])));
  }
}
