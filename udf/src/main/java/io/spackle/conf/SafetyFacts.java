package io.spackle.conf;

import io.spackle.conf.StageConf.ModelConf;
import io.spackle.conf.StageConf.SafetyConf;
import io.spackle.row.SafetyRule;
import io.spackle.safety.SafetyModel;
import io.spackle.stage.Holding;
import io.spackle.stage.StageSettings.Folder;
import io.spackle.stage.StageSettings.Safety;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What the driver knows of a job's safety checker; no graph is loaded for it.
 *
 * @param rule for rows that ask for one
 * @param folder that holds it, or null for none
 * @param name for the record, or null for none
 */
public record SafetyFacts(SafetyRule rule, Folder folder, String name) {

  /**
   * Reads what the configuration chooses.
   *
   * @param own the model's folder
   * @throws RefusedException with all problems of a checker's folder
   * @throws IOException if that cannot be reached
   */
  static SafetyFacts read(SafetyConf conf, ModelFolder own, ModelConf model, Configuration hadoop)
      throws IOException {
    if (conf.model().equals(SafetyConf.OWN) || conf.model().equals(SafetyConf.NONE)) {
      return SafetyModel.isIn(own.local()) && !conf.model().equals(SafetyConf.NONE)
          ? new SafetyFacts(SafetyRule.CHECKED, own.folder(), open(conf, own.local()).name())
          : new SafetyFacts(ruleWithout(conf), null, null);
    }
    ModelFolder folder = ModelFolder.find(conf.model(), Holding.SAFETY_CHECKER, model, hadoop);
    SafetyModel checker = open(conf, folder.local());
    return new SafetyFacts(SafetyRule.CHECKED, folder.folder(), checker.name());
  }

  /**
   * The checker of a single picture, unloaded.
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
  public static SafetyRule ruleWithout(SafetyConf conf) {
    return conf.model().equals(SafetyConf.NONE) ? SafetyRule.WAIVED : SafetyRule.ABSENT;
  }

  /** Refuses defaults that ask for what is not there. */
  public static void check(SafetyRule rule, StageConf.DefaultsConf defaults, Problems problems) {
    if (defaults.safetyChecker() && rule != SafetyRule.CHECKED) {
      problems.add(
          "spackle.defaults.safety-checker is on, but "
              + (rule == SafetyRule.WAIVED
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
    return new Safety(rule, asked ? folder : null, conf.options());
  }

  /** Stands for all that decides which pictures come out black, wherever the checker lies. */
  String digest(SafetyConf conf) {
    return "safety " + rule + (folder == null ? "" : " " + folder.digest() + conf.options());
  }

  private static SafetyModel open(SafetyConf conf, java.nio.file.Path folder) {
    return ModelFacts.refusing(
        "spackle.safety.model " + conf.model(), () -> SafetyModel.open(folder, conf.options()));
  }
}
