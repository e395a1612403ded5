package io.spackle.jobs;

import io.spackle.conf.ConfEntry;
import io.spackle.conf.ConfFile;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command-line arguments that define a job. */
final class JobArguments {

  @Parameters(
      paramLabel = "CONF",
      description = "The job's configuration, see conf/reference.conf.")
  private Path file;

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
    return JobConf.load(file, all());
  }

  /** The values of all keys with their origins; the configuration must be loadable. */
  List<ConfEntry> settings() {
    return ConfFile.settings(file, all());
  }

  private Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    if (!retryCodes.isEmpty()) {
      all.put("output.retry-codes", retryCodes.toString());
    }
    if (retryFailed) {
      all.put("output.retry-failed", "true");
    }
    return all;
  }
}
