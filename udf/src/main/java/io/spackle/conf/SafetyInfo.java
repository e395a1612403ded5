package io.spackle.conf;

import io.spackle.conf.TaskConf.ModelConf;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.model.FolderKind;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.model.ModelSettings.Safety;
import io.spackle.row.SafetyPolicy;
import io.spackle.safety.SafetyModel;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What the driver knows of a job's safety checker; no graph is loaded for it.
 *
 * @param policy for rows that ask for one
 * @param folder that holds it, or null for none
 * @param name for the record, or null for none
 */
public record SafetyInfo(SafetyPolicy policy, Folder folder, String name) {

  /**
   * Reads what the configuration chooses.
   *
   * @param own the model's folder
   * @throws RefusedException with all problems of a checker's folder
   * @throws IOException if that cannot be reached
   */
  static SafetyInfo read(SafetyConf conf, NamedFolder own, ModelConf model, Configuration hadoop)
      throws IOException {
    if (conf.model().equals(SafetyConf.OWN) || conf.model().equals(SafetyConf.NONE)) {
      return SafetyModel.isIn(own.local()) && !conf.model().equals(SafetyConf.NONE)
          ? new SafetyInfo(SafetyPolicy.CHECKED, own.folder(), open(conf, own.local()).name())
          : new SafetyInfo(ruleWithout(conf), null, null);
    }
    NamedFolder folder = NamedFolder.find(conf.model(), FolderKind.SAFETY_CHECKER, model, hadoop);
    SafetyModel checker = open(conf, folder.local());
    return new SafetyInfo(SafetyPolicy.CHECKED, folder.folder(), checker.name());
  }

  /**
   * The checker of a single image, unloaded.
   *
   * @param own the model's folder
   * @throws RefusedException with all problems of the checker's folder
   */
  public static Optional<SafetyModel> local(SafetyConf conf, java.nio.file.Path own) {
    return switch (conf.model()) {
      case SafetyConf.NONE -> Optional.empty();
      case SafetyConf.OWN ->
          SafetyModel.isIn(own) ? Optional.of(open(conf, own)) : Optional.empty();
      default -> Optional.of(open(conf, java.nio.file.Path.of(conf.model())));
    };
  }

  /** For rows that ask for a checker where there is none. */
  public static SafetyPolicy ruleWithout(SafetyConf conf) {
    return conf.model().equals(SafetyConf.NONE) ? SafetyPolicy.WAIVED : SafetyPolicy.ABSENT;
  }

  /** Refuses defaults that ask for what is not there. */
  public static void check(SafetyPolicy policy, TaskConf.DefaultsConf defaults, Problems problems) {
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
   * What executors need.
   *
   * @param asked whether a row can ask for the checker; else it is not opened
   */
  Safety settings(SafetyConf conf, boolean asked) {
    return new Safety(policy, asked ? folder : null, conf.options());
  }

  private static SafetyModel open(SafetyConf conf, java.nio.file.Path folder) {
    return ModelInfo.refusing(
        "spackle.safety.model " + conf.model(), () -> SafetyModel.open(folder, conf.options()));
  }
}
