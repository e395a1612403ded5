package io.spackle.jobs;

import io.spackle.family.Families;
import io.spackle.family.Traits;
import io.spackle.graph.BundleException;
import io.spackle.graph.ModelBundle;
import io.spackle.jobs.JobConf.ModelConf;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * What the driver knows of a model; no graph is loaded for it.
 *
 * @param path qualified URI of its folder
 * @param digest of its files
 */
record ModelFacts(String path, String digest, Traits traits) {

  /**
   * Reads a model folder, by way of a copy if it is not local.
   *
   * @throws RefusedException with all problems of the folder
   * @throws IOException if it cannot be reached
   */
  static ModelFacts read(ModelConf conf, Configuration hadoop) throws IOException {
    Path path = new Path(conf.path());
    FileSystem fileSystem = path.getFileSystem(hadoop);
    Path folder = fileSystem.makeQualified(path);
    if (folder.toUri().getScheme().equals("file")) {
      return read(conf, folder, new File(folder.toUri().getPath()));
    }
    File temporary = Files.createTempDirectory("spackle-model").toFile();
    try {
      File copy = new File(temporary, folder.getName());
      if (!FileUtil.copy(fileSystem, folder, copy, false, hadoop)) {
        throw new IOException("cannot copy " + folder + " to " + copy);
      }
      return read(conf, folder, copy);
    } finally {
      FileUtil.fullyDelete(temporary);
    }
  }

  private static ModelFacts read(ModelConf conf, Path path, File folder) {
    try {
      ModelBundle bundle = ModelBundle.open(folder.toPath()).with(conf.options());
      Traits traits = Families.traits(bundle);
      checkFamily(conf, traits);
      return new ModelFacts(path.toString(), bundle.digest(), traits);
    } catch (BundleException e) {
      List<String> problems =
          e.problems().stream().map(problem -> "the model " + path + ": " + problem).toList();
      throw new RefusedException(problems);
    }
  }

  /**
   * Compares a model with what the configuration asks for.
   *
   * @throws RefusedException if it is of another family
   */
  static void checkFamily(ModelConf conf, Traits traits) {
    if (!conf.family().equals("auto") && !conf.family().equals(traits.family())) {
      throw new RefusedException(
          "the model %s is of the family %s, expected %s as spackle.model.family says"
              .formatted(conf.path(), traits.family(), conf.family()));
    }
  }
}
