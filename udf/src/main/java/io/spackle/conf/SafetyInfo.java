package io.spackle.conf;

import io.spackle.conf.ModelInfo.NamedFolder;
import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.model.ModelSettings.Safety;
import io.spackle.row.RowReader.SafetyPolicy;
import io.spackle.safety.SafetyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * The properties of a job's safety checker that the driver reads without loading a graph.
 *
 * @param policy for rows that ask for a checker
 * @param folder of the checker, or null if there is none
 * @param name of the checker for meta rows, or null if there is none
 */
public record SafetyInfo(SafetyPolicy policy, Folder folder, String name) {

  /**
   * Reads the checker that the configuration selects.
   *
   * @param modelFolder may contain a checker; empty for a built-in model
   * @throws RefusedException with all problems of a checker's folder
   * @throws IOException if the folder cannot be reached
   */
  static SafetyInfo read(
      SafetyConf conf, Optional<NamedFolder> modelFolder, ModelConf model, Configuration hadoop)
      throws IOException {
    return switch (conf.model()) {
      case SafetyConf.NONE -> without(conf);
      case SafetyConf.AUTO ->
          modelFolder
              .filter(folder -> SafetyModel.isIn(folder.local()))
              .map(folder -> in(folder, conf))
              .orElseGet(() -> without(conf));
      default -> in(NamedFolder.find(conf.model(), FolderKind.SAFETY_CHECKER, model, hadoop), conf);
    };
  }

  private static SafetyInfo in(NamedFolder folder, SafetyConf conf) {
    String name = open(conf, folder.local()).name();
    return new SafetyInfo(SafetyPolicy.CHECKED, folder.folder(), name);
  }

  private static SafetyInfo without(SafetyConf conf) {
    return new SafetyInfo(ruleWithout(conf), null, null);
  }

  /** The policy for rows that ask for a checker if there is none. */
  private static SafetyPolicy ruleWithout(SafetyConf conf) {
    return conf.model().equals(SafetyConf.NONE) ? SafetyPolicy.WAIVED : SafetyPolicy.ABSENT;
  }

  /** Adds a problem if the defaults ask for a checker and there is none. */
  static void check(SafetyPolicy policy, TaskConf.DefaultsConf defaults, Problems problems) {
    if (defaults.safetyChecker() && policy != SafetyPolicy.CHECKED) {
      problems.add(
          "spackle.defaults.safety-checker is on, but "
              + (policy == SafetyPolicy.WAIVED
                  ? "spackle.safety.model is none"
                  : "the model has no safety checker")
              + ": set spackle.safety.model to the folder of one, or turn it off");
    }
  }

  /**
   * The checker's settings for executors.
   *
   * @param isNeeded whether a row can ask for the checker; otherwise it is not opened
   */
  Safety settings(SafetyConf conf, boolean isNeeded) {
    return new Safety(policy, isNeeded ? folder : null, conf.options());
  }

  private static SafetyModel open(SafetyConf conf, Path folder) {
    return ModelInfo.refusing(
        "spackle.safety.model " + conf.model(), () -> SafetyModel.open(folder, conf.options()));
  }
}
