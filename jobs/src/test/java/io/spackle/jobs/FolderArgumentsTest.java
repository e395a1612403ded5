package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.conf.RefusedException;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.jobs.conf.JobConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The options that define a job without a configuration file, and over one. */
class FolderArgumentsTest {

  @TempDir Path folder;

  @Test
  void optionsSetKeys() {
    JobConf conf =
        load(
            "--images",
            "photos",
            "--masks=/m",
            "--out",
            "out",
            "--model",
            "/model",
            "--prompt",
            "");
    assertThat(conf.manifest().locations())
        .containsExactly(
            Map.entry("manifest.images", Path.of("photos").toAbsolutePath().toString()),
            Map.entry("manifest.masks", "/m"));
    assertThat(conf.output().path()).isEqualTo(Path.of("out").toAbsolutePath().toString());
    assertThat(conf.tasks().model().path()).isEqualTo("/model");
    assertThat(conf.tasks().defaults().prompts().prompt()).isEmpty();
    assertThat(conf.tasks().images().framing().resize()).isEqualTo(Resize.ORIGINAL);
    assertThat(conf.output().images().name()).hasToString("{dir}/{name}-{n}");
  }

  @Test
  void optionsWinOverTheFile() throws IOException {
    String file =
        file(
            """
            spackle {
              manifest.path = rows.csv
              output { path = out, name = "{id}-{n}" }
              model.path = model
              image.resize = fit
            }
            """);
    JobConf conf = load(file, "--images", "/p", "--mask-suffix", "_m", "--out", "/o");
    assertThat(conf.manifest().locations()).containsOnlyKeys("manifest.images");
    assertThat(conf.output().path()).isEqualTo("/o");
    assertThat(conf.tasks().model().path()).isEqualTo(folder.resolve("model").toString());
    assertThat(conf.tasks().images().framing().resize()).isEqualTo(Resize.FIT);
    assertThat(conf.output().images().name()).hasToString("{id}-{n}");
  }

  @Test
  void aPlaceForMasksReplacesThatOfTheFile() throws IOException {
    String file =
        file(
            "spackle { manifest { images = p, mask-suffix = _m }, output.path = o, model.path = m }");
    assertThat(load(file, "--masks", "/m").manifest())
        .hasToString("FolderManifest[images=%s/p, masks=/m, suffix=null]".formatted(folder));
    assertThat(load(file, "--masks", "/m", "--mask-suffix", "_x").manifest())
        .hasToString("FolderManifest[images=%s/p, masks=/m, suffix=_x]".formatted(folder));
  }

  @Test
  void oneMaskAndAMaskerAreDefaultsOfRows() {
    assertThat(over("--images", "p", "--mask", "m.png"))
        .containsEntry("defaults.mask-image", "m.png")
        .containsEntry("defaults.mask-from", "null")
        .containsEntry("manifest.masks", "null");
    assertThat(over("--mask-from", "sky"))
        .containsEntry("defaults.mask-from", "sky")
        .containsEntry("manifest.mask-suffix", "null");
  }

  @Test
  void whatIsMissingOrTwiceIsRefused() {
    assertThat(refusal())
        .isEqualTo(
            "no job is given, expected a configuration file, or --images DIR --out DIR --model DIR");
    assertThat(refusal("--images", "p/a.jpg", "p/b.jpg"))
        .as("after a shell has expanded a pattern")
        .endsWith(
            "p/b.jpg is an image, expected a configuration file; put a pattern of images in quotes");
    assertThat(refusal("--images", "p")).contains("--out is missing", "--model is missing");
    assertThat(refusal("--images", "p", "-D", "output.path=o")).isEqualTo("--model is missing");
    assertThat(refusal("--masks", "m", "--mask", "m.png", "--out", "o"))
        .isEqualTo("--masks and --mask are given, one of them expected");
    assertThat(refusal("--out", "o", "-D", "spackle.output.path=x"))
        .isEqualTo("--out and -D output.path are given, one of them expected");
  }

  @Test
  void aJobHasOneInput() throws IOException {
    String file =
        file("spackle { manifest { path = a, images = b }, output.path = o, model.path = m }");
    assertThat(refusal(file))
        .contains("spackle.manifest.images is set, and so is spackle.manifest.path; expected one");
    String masks =
        file("spackle { manifest { path = a, masks = b }, output.path = o, model.path = m }");
    assertThat(refusal(masks))
        .contains("spackle.manifest.masks is set, but not spackle.manifest.images");
    assertThat(refusal(file("spackle { output.path = o, model.path = m }")))
        .isEqualTo(
            "none of spackle.manifest.path, spackle.manifest.images, spackle.manifest.pairs is set, expected one");
  }

  @Test
  void theHelpOfBothCommandsHasTheOptions() {
    assertThat(CommandResult.run("--help").out())
        .contains("spackle run --images DIR --masks DIR --out DIR --model DIR");
    for (String command : new String[] {"run", "plan"}) {
      assertThat(CommandResult.run(command, "--help").out())
          .contains("[CONF]", "--images=DIR", "--masks=DIR", "--mask=FILE", "--mask-suffix=TEXT")
          .contains("--mask-from=NAME", "--prompt=TEXT", "--out=DIR", "--model=DIR");
    }
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("job.conf"), text).toString();
  }

  private static JobConf load(String... args) {
    return CommandLine.populateCommand(new JobArguments(), args).load();
  }

  private static Map<String, String> over(String... args) {
    return CommandLine.populateCommand(new FolderArguments(), args).over(Map.of(), true);
  }

  private static String refusal(String... args) {
    RefusedException refused = catchThrowableOfType(RefusedException.class, () -> load(args));
    return String.join("; ", refused.problems());
  }
}
