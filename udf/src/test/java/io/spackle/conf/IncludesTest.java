package io.spackle.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration file includes is read, or the job is refused. */
class IncludesTest {

  @TempDir Path folder;

  @Test
  void includesCountFromTheIncludingFileInEveryFormOfItsPath() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path job = Files.createTempFile(here, "job", ".conf");
    Path base = Files.createTempFile(here, "base", ".conf");
    try {
      Files.writeString(base, "spackle.fetch.retries = 7");
      Files.writeString(job, "include \"" + base.getFileName() + "\"");
      for (Path path :
          new Path[] {job, job.getFileName(), Path.of(".").resolve(job.getFileName())}) {
        assertThat(retries(path)).as("retries by %s", path).isEqualTo(7);
      }
    } finally {
      Files.delete(job);
      Files.delete(base);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"inner/base.conf\"",
        "include \"inner/base\"",
        "include \"./inner/../inner/base.conf\"",
        "include \"FOLDER/inner/base.conf\"",
        "include required(\"inner/base.conf\")",
        "include file(\"inner/base.conf\")",
        "include required(file(\"FOLDER/inner/base.conf\"))",
        "include url(\"file:FOLDER/inner/base.conf\")",
        "include \"file:FOLDER/inner/base.conf\"",
        "spackle { include \"inner/retries.conf\" }",
      })
  void allFormsOfIncludesWork(String include) throws IOException {
    write("inner/retries.conf", "fetch.retries = 7");
    write("inner/base.conf", "group { include \"retries.conf\" }\nspackle = ${group}");
    Path job = write("job.conf", include.replace("FOLDER", folder.toString()));
    assertThat(retries(job)).isEqualTo(7);
  }

  /** The job's file may be in any folder. */
  @Test
  void profilesAreFoundFromEverywhere() throws IOException {
    Path job = write("job.conf", "include \"profiles/gpu.conf\"");
    assertThat(images(job)).isEqualTo(16);
    write("profiles/gpu.conf", "spackle.batch.max-images = 3");
    assertThat(images(job)).as("of the file beside the job's").isEqualTo(3);
    Files.delete(folder.resolve("profiles/gpu.conf"));
    assertThat(images(write("job.conf", "include classpath(\"profiles/gpu.conf\")"))).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "include \"profiles/object-removl.conf\"",
        "include required(\"profiles/object-removl.conf\")",
        "include file(\"profiles/object-removl.conf\")",
        "include classpath(\"profiles/object-removl.conf\")",
        "include url(\"file:profiles/object-removl.conf\")",
      })
  void aMissingIncludeIsRefusedWithItsPlace(String include) throws IOException {
    Path job = write("job.conf", "# a job\nspackle.fetch.retries = 2\n" + include);
    RefusedException refused = catchThrowableOfType(RefusedException.class, () -> retries(job));
    assertThat(refused.problems()).hasSize(1);
    assertThat(refused)
        .hasMessageContaining("profiles/object-removl.conf\" cannot be read: ")
        .hasMessageEndingWith("(" + job + ": 3)");
  }

  @Test
  void aMissingIncludeOfAnIncludeNamesTheInnerFile() throws IOException {
    Path inner = write("inner/base.conf", "include \"more.conf\"");
    Path job = write("job.conf", "include \"inner/base.conf\"");
    assertThat(catchThrowableOfType(RefusedException.class, () -> retries(job)))
        .hasMessageContaining("include \"more.conf\"")
        .hasMessageEndingWith("(" + inner + ": 1)");
  }

  @Test
  void aCircleIsRefused() throws IOException {
    write("base.conf", "include \"job.conf\"");
    Path job = write("job.conf", "include \"base.conf\"");
    assertThat(catchThrowableOfType(RefusedException.class, () -> retries(job)))
        .hasMessage(
            "include \"job.conf\" cannot be read: it includes this file, too ("
                + folder.resolve("base.conf")
                + ": 1)");
  }

  @Test
  void theHomeFolderIsResolved() throws IOException {
    String home = System.getProperty("user.home");
    System.setProperty("user.home", folder.toString());
    try {
      write(
          "base.conf", "spackle { fetch.retries = 7, fetch.allow-files = [\"~/photos\", \"~\"] }");
      Path job = write("job/job.conf", "include \"~/base.conf\"\nspackle.model.path = \"~/sd15\"");
      assertThat(retries(job)).isEqualTo(7);
      TaskConf conf = ConfFile.load(Optional.of(job), Map.of("model.cache", "~/c"), TaskConf::of);
      assertThat(conf.model().path()).isEqualTo(folder.resolve("sd15").toString());
      assertThat(conf.model().cache()).isEqualTo(folder.resolve("c").toString());
      assertThat(conf.fetch().allow().files())
          .containsExactly(folder.resolve("photos").toString(), folder.toString());
    } finally {
      System.setProperty("user.home", home);
    }
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static int retries(Path job) {
    return ConfFile.load(Optional.of(job), Map.of(), TaskConf::fetch).retries();
  }

  private static int images(Path job) {
    return ConfFile.load(
        Optional.of(job), Map.of(), reader -> reader.integer("batch.max-images", 1, 1024));
  }
}
