package io.spackle.jobs;

import io.spackle.conf.ConfEntry;
import io.spackle.conf.ConfFile;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.row.ImageNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command-line arguments that define a job. */
final class JobArguments {

  @Parameters(
      paramLabel = "CONF",
      arity = "0..1",
      description = "The job's configuration, see conf/reference.conf; not needed with --images.")
  private Path file;

  @Mixin private FolderArguments folder = new FolderArguments();

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Sets a key of the configuration; takes precedence over the file.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--retry-codes",
      paramLabel = "CODE",
      split = ",",
      description = "Processes failed rows with these error codes again; sets output.retry-codes.")
  private List<String> retryCodes = new ArrayList<>();

  @Option(
      names = "--retry-failed",
      description = "Processes all failed rows again; sets output.retry-failed.")
  private boolean retryFailed;

  /**
   * Loads the configuration.
   *
   * @throws RefusedException with all problems
   */
  JobConf load() {
    if (file == null && all().isEmpty()) {
      throw new RefusedException(
          "no job is given, expected a configuration file, or --images DIR --out DIR --model DIR");
    }
    if (file != null && ImageNames.isImage(file.toString())) {
      throw new RefusedException(
          file + " is an image, expected a configuration file; put a pattern of images in quotes");
    }
    return JobConf.load(Optional.ofNullable(file), all());
  }

  /** The values of all keys with their origins; the configuration must be loadable. */
  List<ConfEntry> settings() {
    return ConfFile.settings(Optional.ofNullable(file), all());
  }

  private Map<String, String> all() {
    Map<String, String> given = new LinkedHashMap<>();
    overrides.forEach((key, value) -> given.put(withoutRoot(key), value));
    if (!retryCodes.isEmpty()) {
      given.put("output.retry-codes", retryCodes.toString());
    }
    if (retryFailed) {
      given.put("output.retry-failed", "true");
    }
    return folder.over(given, file != null);
  }

  private static String withoutRoot(String key) {
    String root = ConfFile.ROOT + ".";
    return key.startsWith(root) ? key.substring(root.length()) : key;
  }
}
