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

/** What names a job on the command line. */
final class JobArguments {

  @Parameters(
      paramLabel = "CONF",
      description = "The job's configuration, see conf/reference.conf.")
  private Path file;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Sets a key of the configuration, over what the file says.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--retry-codes",
      paramLabel = "CODE",
      split = ",",
      description = "Does failed rows with these error codes again; sets output.retry-codes.")
  private List<String> retryCodes = new ArrayList<>();

  /**
   * The configuration.
   *
   * @throws RefusedException with all problems
   */
  JobConf load() {
    return JobConf.load(file, all());
  }

  /** What its keys are set to, and where; of a configuration that can be loaded. */
  List<ConfEntry> settings() {
    return ConfFile.settings(file, all());
  }

  private Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    if (!retryCodes.isEmpty()) {
      all.put("output.retry-codes", retryCodes.toString());
    }
    return all;
  }
}
