package io.spackle.jobs.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.conf.ConfFile;
import io.spackle.conf.MasksConf;
import io.spackle.conf.RefusedException;
import io.spackle.image.FramingOptions;
import io.spackle.jobs.manifest.FileManifest;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.segment.SegmentRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobConfTest {

  private static final Path PROFILES = Path.of("../conf/profiles").toAbsolutePath().normalize();

  private static final Map<String, String> REQUIRED =
      Map.of("manifest.path", "/in.jsonl", "output.path", "/out", "model.path", "/model");

  @TempDir Path folder;

  @Test
  void defaultsComeFromTheReference() throws IOException {
    JobConf conf = load("", REQUIRED);
    assertThat(files(conf).format()).isEqualTo("auto");
    assertThat(files(conf).options()).isEmpty();
    assertThat(conf.output().mode()).isEqualTo(OutputFolder.Mode.RESUME);
    assertThat(conf.tasks().defaults().parameters().steps()).isNull();
    assertThat(conf.tasks().defaults().parameters().samples()).isEqualTo(1);
    assertThat(conf.tasks().images().framing()).isEqualTo(FramingOptions.defaults());
    assertThat(conf.tasks().fetch().timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(conf.tasks().fetch().maxBytes()).isEqualTo(64 << 20);
    assertThat(conf.maxFailedShare()).isEqualTo(1);
  }

  @Test
  void emptyNegativePromptIsNotMissing() throws IOException {
    assertThat(load("", REQUIRED).tasks().defaults().prompts().negativePrompt()).isNull();
    String empty = "spackle.defaults.negative-prompt = \"\"";
    assertThat(load(empty, REQUIRED).tasks().defaults().prompts().negativePrompt()).isEmpty();
    assertThat(
            JobConf.load(Optional.of(PROFILES.resolve("api.conf")), REQUIRED)
                .tasks()
                .defaults()
                .prompts()
                .negativePrompt())
        .startsWith("((out of frame)), ((extra fingers)), ")
        .endsWith(", ((extra legs)), anime");
  }

  @Test
  void promptSyntaxIsA1111ExceptInTheParityProfile() throws IOException {
    assertThat(load("", REQUIRED).tasks().model().options().promptSyntax())
        .isEqualTo(PromptSyntax.A1111);
    JobConf parity = JobConf.load(Optional.of(PROFILES.resolve("diffusers-parity.conf")), REQUIRED);
    assertThat(parity.tasks().model().options().promptSyntax()).isEqualTo(PromptSyntax.PLAIN);
  }

  @Test
  void commandLineTakesPrecedenceOverTheFile() throws IOException {
    Map<String, String> overrides = new LinkedHashMap<>(REQUIRED);
    overrides.put("defaults.seed", "7");
    overrides.put("spackle.fetch.allow-hosts", "[a.example, b.example]");
    overrides.put("defaults.width", "null");
    JobConf conf = load("spackle.defaults { seed = 1, height = 64, width = 64 }", overrides);
    assertThat(conf.tasks().defaults().seed()).isEqualTo(7);
    assertThat(conf.tasks().defaults().parameters().height()).isEqualTo(64);
    assertThat(conf.tasks().defaults().parameters().width()).isNull();
    assertThat(conf.tasks().fetch().allow().hosts()).containsExactly("a.example", "b.example");
  }

  @Test
  void uriOnTheCommandLineIsKept() throws IOException {
    JobConf conf = load("", with("output.path", "s3a://bucket/a b#c?d=//e"));
    assertThat(conf.output().path()).isEqualTo("s3a://bucket/a b#c?d=//e");
  }

  @Test
  void s3MayBeNamedAsInOtherTools() throws IOException {
    JobConf conf =
        load(
            """
            spackle {
              manifest { path = "s3://bucket/rows.jsonl", base = "S3N://bucket/photos" }
              output.path = "s3://bucket/out"
              model.path = "s3n://bucket/model"
              fetch.allow-files = ["s3://bucket/photos"]
            }
            """,
            Map.of());
    assertThat(files(conf).path()).isEqualTo("s3a://bucket/rows.jsonl");
    assertThat(files(conf).base()).isEqualTo("s3a://bucket/photos");
    assertThat(conf.output().path()).isEqualTo("s3a://bucket/out");
    assertThat(conf.tasks().model().path()).isEqualTo("s3a://bucket/model");
    assertThat(conf.tasks().fetch().allow().files()).containsExactly("s3a://bucket/photos");
  }

  @Test
  void relativePathsAreResolvedAgainstTheirFile() throws IOException {
    Files.createDirectories(folder.resolve("inner"));
    Files.writeString(folder.resolve("inner/base.conf"), "spackle.model.path = ../model");
    JobConf conf =
        load(
            """
            include "inner/base.conf"
            spackle.manifest.path = rows.jsonl
            spackle.fetch.allow-files = [images, "s3a://bucket/x"]
            """,
            Map.of("output.path", "out"));
    assertThat(conf.tasks().model().path()).isEqualTo(folder.resolve("model").toString());
    assertThat(files(conf).path()).isEqualTo(folder.resolve("rows.jsonl").toString());
    assertThat(conf.output().path()).isEqualTo(Path.of("out").toAbsolutePath().toString());
    assertThat(conf.tasks().fetch().allow().files())
        .containsExactly(folder.resolve("images").toString(), "s3a://bucket/x");
  }

  @Test
  void allProblemsAreListedTogetherWithFileAndLine() {
    List<String> problems =
        problems(
            """
            spackle {
              output.pth = /out
              defaults.sed = 5
              batch.max-images = many
              failures.max-share = 1.5
              image { resize = squash, crop-padding = -1 }
              fetch.timeout = fast
            }
            manifest.path = /in
            spackle.defaults { strength = 0, samples = 0 }
            """,
            Map.of("model.path", "/model", "lane.thread", "3"));
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "spackle.output.pth is not a known key, did you mean spackle.output.path? (job.conf: 2)",
            "spackle.defaults.sed is not a known key, did you mean spackle.defaults.seed? (job.conf: 3)",
            "spackle.batch.max-images is \"many\", expected a whole number from 1 to 1024"
                + " (job.conf: 4)",
            "spackle.failures.max-share is 1.5, expected a number from 0 to 1 (job.conf: 5)",
            "spackle.image.resize is \"squash\", expected one of fit, original, stretch"
                + " (job.conf: 6)",
            "spackle.image.crop-padding is -1, expected a whole number from 0 to 4096"
                + " (job.conf: 6)",
            "spackle.fetch.timeout is \"fast\", expected a duration such as 20s or 500ms,"
                + " at least 1ms (job.conf: 7)",
            "spackle.defaults.strength is 0, expected a number above 0 and at most 1 (job.conf: 10)",
            "spackle.defaults.samples is 0, expected a whole number of at least 1 (job.conf: 10)",
            "manifest is not a known key, did you mean spackle.manifest? (job.conf: 9)",
            "spackle.lane.thread is not a known key, did you mean spackle.lane.threads? (-D"
                + " spackle.lane.thread)",
            "none of spackle.manifest.path, spackle.manifest.images, spackle.manifest.pairs is set,"
                + " expected one",
            "spackle.output.path is not set, expected a text");
  }

  @Test
  void filesToSignWithAreOpenedAndAllTheirProblemsListed() throws IOException {
    String c2pa = "spackle.output { provenance = c2pa, ";
    assertThat(problems(c2pa + "}", REQUIRED))
        .containsExactly(
            "spackle.output.c2pa-certificates is not set, expected a text",
            "spackle.output.c2pa-key is not set, expected a text");
    Files.writeString(folder.resolve("key.pem"), "s3cr3t");
    assertThat(problems(c2pa + "c2pa-certificates = none.pem, c2pa-key = key.pem }", REQUIRED))
        .containsExactly(
            "spackle.output.c2pa-certificates is no file that can be read (NoSuchFileException)"
                + " (job.conf: 1)");
    assertThat(problems(c2pa + "c2pa-certificates = key.pem, c2pa-key = key.pem }", REQUIRED))
        .containsExactly(
            "spackle.output.c2pa-certificates cannot be used: found no certificate in PEM"
                + " (job.conf: 1)");
    JobConf unused = load("spackle.output.c2pa-key = key.pem", REQUIRED);
    assertThat(unused.tasks().images().marking().credentials()).isNull();
    assertThat(unused.toString()).doesNotContain("key.pem");
  }

  @Test
  void missingOrMalformedFileIsOneProblem() {
    RefusedException missing =
        catchThrowableOfType(
            RefusedException.class,
            () -> JobConf.load(Optional.of(folder.resolve("none.conf")), REQUIRED));
    assertThat(missing.problems()).singleElement().asString().contains("none.conf");
    assertThat(problems("spackle {\n a = [", REQUIRED)).singleElement().asString().contains("2");
    assertThat(problems("spackle = 5", Map.of()))
        .containsExactly("spackle is a value, expected an object (job.conf: 1)");
    assertThat(problems("spackle.lane = 5", REQUIRED))
        .contains("spackle.lane is a value, expected an object (job.conf: 1)");
    assertThat(problems("spackle.model.path = ${nowhere}", Map.of()))
        .singleElement()
        .asString()
        .contains("nowhere");
  }

  @Test
  void substitutionsMayUseOtherValuesOfTheFile() throws IOException {
    JobConf conf = load("top = /data\nspackle.output.path = ${top}/out", without("output.path"));
    assertThat(conf.output().path()).isEqualTo("/data/out");
  }

  @Test
  void freeFormOptionsAreStrings() throws IOException {
    JobConf conf =
        load("spackle.manifest.options { delimiter = \";\", maxColumns = 40 }", REQUIRED);
    assertThat(files(conf).options())
        .containsOnly(Map.entry("delimiter", ";"), Map.entry("maxColumns", "40"));
  }

  private static FileManifest files(JobConf conf) {
    return (FileManifest) conf.manifest();
  }

  /** Without quotes, the second option would silently replace the first. */
  @Test
  void optionNamesWithDotsNeedQuotes() throws IOException {
    String quoted = "{ \"fs.s3a.endpoint\" = \"http://minio\", \"fs.s3a.endpoint.region\" = x }";
    assertThat(load("spackle.hadoop.options " + quoted, REQUIRED).hadoop().values())
        .containsOnly(
            Map.entry("fs.s3a.endpoint", "http://minio"), Map.entry("fs.s3a.endpoint.region", "x"));
    assertThat(problems("spackle.hadoop.options { fs.s3a.endpoint = x }", REQUIRED))
        .containsExactly(
            "spackle.hadoop.options.fs is an object, expected a value; put a name with dots in"
                + " quotes (job.conf: 1)");
    assertThat(load("spackle.hadoop.options " + quoted, REQUIRED).toString())
        .contains("fs.s3a.endpoint")
        .doesNotContain("minio");
  }

  /** A key that the code never reads is dead; one that the reference lacks cannot be set. */
  @Test
  void codeReadsExactlyTheKeysOfTheReference() throws IOException {
    String code =
        inputs()
            + Files.readString(Path.of("src/main/java/io/spackle/jobs/conf/JobConf.java"))
            + Files.readString(Path.of("../udf/src/main/java/io/spackle/conf/TaskConf.java"))
            + Files.readString(Path.of("../udf/src/main/java/io/spackle/conf/ParametersConf.java"))
            + Files.readString(Path.of("../udf/src/main/java/io/spackle/conf/MarkingConf.java"))
            + Files.readString(Path.of("../udf/src/main/java/io/spackle/conf/QualityConf.java"));
    Matcher key = Pattern.compile("\"([a-z]+\\.[a-z0-9-]+)\"").matcher(code);
    List<String> read =
        key.results().map(match -> match.group(1)).distinct().collect(Collectors.toList());
    List<String> known =
        ConfFile.keys().stream().filter(name -> !name.startsWith("masks.")).toList();
    assertThat(read)
        .as("keys but those of the entries below masks, which have names of their own")
        .containsExactlyInAnyOrderElementsOf(known);
  }

  /** The code of the forms of input, each of which reads its own keys. */
  private static String inputs() throws IOException {
    StringBuilder code = new StringBuilder();
    try (var files = Files.list(Path.of("src/main/java/io/spackle/jobs/manifest"))) {
      for (Path file : files.toList()) {
        String text = Files.readString(file);
        code.append(text.contains("(ConfReader reader)") ? text : "");
      }
    }
    return code.toString();
  }

  @Test
  void everyProfileIsValid() throws IOException {
    try (var profiles = Files.list(PROFILES)) {
      assertThat(profiles).isNotEmpty().allSatisfy(this::isValidProfile);
    }
  }

  @Test
  void aMaskEntryOfAProfileCountsOnceItHasASegmenter() {
    Optional<Path> tryOn = Optional.of(PROFILES.resolve("try-on.conf"));
    assertThat(JobConf.load(tryOn, REQUIRED).tasks().masks().entries())
        .extracting(MasksConf.EntryConf::name)
        .containsExactly("text");
    MasksConf masks = JobConf.load(tryOn, with("masks.clothes.path", "/segformer")).tasks().masks();
    SegmentRule clothes = masks.entries().get(0).rule();
    assertThat(clothes.classes()).contains("dress", "upper-clothes", "skirt", "pants");
    assertThat(clothes.keep()).contains("face", "left-arm");
    assertThat(clothes.grow().amount()).isPositive();
  }

  @Test
  void aMaskEntryWithoutAPathIsRefused() {
    assertThat(problems("spackle.masks.clothes.classes = [dress]", REQUIRED))
        .singleElement()
        .asString()
        .contains("masks.clothes.path");
  }

  private void isValidProfile(Path profile) {
    assertThat(JobConf.load(Optional.of(profile), REQUIRED)).isNotNull();
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> overrides = new LinkedHashMap<>(REQUIRED);
    overrides.put(key, value);
    return overrides;
  }

  private static Map<String, String> without(String key) {
    Map<String, String> overrides = new LinkedHashMap<>(REQUIRED);
    overrides.remove(key);
    return overrides;
  }

  private JobConf load(String text, Map<String, String> overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("job.conf"), text);
    return JobConf.load(Optional.of(file), overrides);
  }

  @Test
  void otherCompositesNeedPasteBack() throws IOException {
    assertThat(problems("spackle.image { composite = recolour, paste-back = false }", REQUIRED))
        .singleElement()
        .asString()
        .contains("spackle.image.composite is recolour, which needs image.paste-back = true");
  }

  @Test
  void guidanceStartsBeforeItEnds() throws IOException {
    assertThat(problems("spackle.defaults { guidance-start = 0.5, guidance-end = 0.5 }", REQUIRED))
        .singleElement()
        .asString()
        .contains(
            "spackle.defaults.guidance-start is 0.5, expected a number below guidance-end, which is"
                + " 0.5");
  }

  /** The problems, without the folder of the file. */
  private List<String> problems(String text, Map<String, String> overrides) {
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> load(text, overrides));
    return refused.problems().stream().map(problem -> problem.replace(folder + "/", "")).toList();
  }
}
