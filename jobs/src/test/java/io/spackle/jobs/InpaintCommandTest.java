package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.ImageFiles.Difference;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InpaintCommandTest {

  private static final Path PROFILES = Path.of("..", "conf", "profiles");
  private static final Path MODEL = TestJob.bundle("tiny-sd15-inpaint");

  /** A checker that flags every image. */
  private static final Object[] FLAGGING = {
    "--prompt",
    "x",
    "--steps",
    "1",
    "--safety-checker",
    "yes",
    "-D",
    "safety.model=" + TestJob.bundle("colour-classifier"),
    "-D",
    "safety.labels=[red, green, blue]"
  };

  @TempDir Path folder;

  private GoldenRun golden;
  private Path image;
  private Path mask;
  private Path out;

  @BeforeEach
  void choosePhoto() {
    golden =
        GoldenRun.all().stream()
            .filter(run -> run.name().equals("sd15-default"))
            .findFirst()
            .orElseThrow();
    JsonNode row = golden.rows().get(0);
    image = Path.of(row.get("init_image").asText());
    mask = Path.of(row.get("mask_image").asText());
    out = folder.resolve("new/folder/out.png");
  }

  @Test
  void matchesTheReferenceImage() throws IOException {
    JsonNode row = golden.rows().get(0);
    CommandResult command =
        inpaint(
            "--prompt",
            row.get("prompt").asText(),
            "--width",
            row.get("width"),
            "--height",
            row.get("height"),
            "--steps",
            row.get("num_inference_steps"),
            "--seed",
            row.get("seed"),
            "--conf",
            PROFILES.resolve("diffusers-parity.conf"),
            "-D",
            "model.device=cpu");
    assertThat(command.code()).as(command.messages()).isZero();
    Difference.between(out, golden.image(0)).isAtMost(2, 0.01);
    JsonNode line = new ObjectMapper().readTree(command.out());
    assertThat(command.out().lines()).hasSize(1);
    assertThat(line.get("status").asText()).isEqualTo("success");
    assertThat(line.get("output").asText()).isEqualTo(out.toString());
    assertThat(line.get("W")).isEqualTo(row.get("width"));
    assertThat(line.get("seed")).isEqualTo(row.get("seed"));
  }

  @Test
  void emptyMaskGivesTheInitImage() throws IOException {
    mask = blackMask();
    CommandResult command = inpaint("--prompt", "x", "-D", "image.resize=original");
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("MASK_EMPTY");
    assertThat(Difference.between(out, image)).isEqualTo(new Difference(0, 0));
  }

  @Test
  void anUnclearMaskIsRefusedOrNoted() throws IOException {
    mask = image;
    assertRefused(inpaint("--prompt", "x"), "--mask " + mask + ": found ", "such as a photo");
    CommandResult command =
        inpaint("--prompt", "x", "--steps", "1", "-D", "image.mask-strict=false");
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("\"notes\":[\"MASK_UNCLEAR\"]");
  }

  @Test
  void eraseModelNeedsNoPrompt() throws IOException {
    CommandResult command = run(TestJob.bundle("tiny-erase-bytes"), "-D", "image.resize=original");
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("\"notes\":[]");
    assertThat(Difference.between(out, image).max()).isPositive();
  }

  @Test
  void builtInEraserNeedsNoFolder() throws IOException {
    CommandResult command = run("builtin:patchmatch", "--seed", 1);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("\"notes\":[]");
    assertThat(Difference.between(out, image).max()).as("at the image's size").isPositive();
    assertThat(run("builtin:patchmatch", "--width", 64).out()).contains("SIZE_UNUSED");
    Files.delete(out);
    assertRefused(
        run("builtin:lama"), "builtin:lama is not built in, expected one of builtin:patchmatch");
    assertRefused(
        run("builtin:patchmatch", "-D", "model.device=cuda"),
        "spackle.model.device is cuda, but the model builtin:patchmatch runs on the CPU");
  }

  @Test
  void garmentComesFromTheReferenceImage() throws IOException {
    Path model = TestJob.bundle("tiny-catvton");
    Object[] size = {"--width", 64, "--height", 64, "--steps", 2};
    CommandResult command = run(model, with(size, "--reference", image));
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("\"notes\":[]");
    Files.delete(out);
    assertRefused(
        run(model, size), "reference_image: nothing found, the location of an image expected");
    assertRefused(
        run(model, with(size, "--reference", folder.resolve("none.png"))),
        "none.png does not exist, expected an image");
    Object[] wearing = with(size, "--prompt", "x", "--reference", image);
    assertRefused(
        inpaint(wearing),
        "reference_image: a location found, none expected: models of the family sd15 take a"
            + " reference image only with spackle.reference.layout = left or below");
    assertThat(inpaint(with(wearing, "-D", "reference.layout=left")).code()).isZero();
  }

  private static Object[] with(Object[] args, Object... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
  }

  @Test
  void flaggedImageIsAllBlack() throws IOException {
    CommandResult command = inpaint(FLAGGING);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .contains("\"safety_checker\":\"colour-classifier\"", "NSFW_CONTENT_DETECTED");
    assertThat(ImageFiles.read(out).pixels()).containsOnly((byte) 0);
  }

  /** Kept pixels of the file itself are merged into other outputs, but not into this one. */
  @Test
  void flaggedImageOfATransparentFileIsAllBlack() throws IOException {
    BufferedImage cutOut = new BufferedImage(64, 64, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 64 * 64; i++) {
      cutOut.setRGB(i % 64, i / 64, (i % 64 < 8 ? 0x40 : 0xFF) << 24 | 0xC08020);
    }
    image = folder.resolve("cut-out.png");
    ImageIO.write(cutOut, "png", image.toFile());
    mask =
        ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > 30 && y > 30 ? 255 : 0);
    CommandResult command = inpaint(with(FLAGGING, "-D", "image.resize=original"));
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("NSFW_CONTENT_DETECTED");
    assertThat(ImageFiles.read(out).pixels()).containsOnly((byte) 0);
  }

  @Test
  void missingSafetyCheckerIsRefused() {
    assertRefused(
        inpaint("--prompt", "x", "--safety-checker", "yes"),
        "safety_checker: yes found, no expected: the model has no safety checker");
    assertRefused(
        inpaint("--prompt", "x", "-D", "defaults.safety-checker=true"),
        "spackle.defaults.safety-checker is on, but the model has no safety checker");
  }

  @Test
  void allProblemsAreListedTogether() throws IOException {
    image = folder.resolve("none.png");
    mask = Files.writeString(folder.resolve("mask.png"), "<html>");
    out = folder.resolve("out.tiff");
    CommandResult command =
        inpaint("--prompt", "x", "--steps", "0", "-D", "image.resise=fit", "--strength", "2");
    assertRefused(
        command,
        "image.resise is not a known key, did you mean spackle.image.resize? (-D",
        "none.png does not exist, expected an image",
        "--mask " + mask + ": found a web page",
        "--out " + out + ": image format 'tiff', expected png, jpeg or webp",
        "num_inference_steps: \"0\" found",
        "strength: \"2\" found");
  }

  @Test
  void invalidModelFolderIsRefusedWithOtherProblems() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    image = folder;
    CommandResult command = run(model, "--prompt", "x");
    assertRefused(
        command, "the model file:" + model + ": is empty, expected", folder + " is not a file");
  }

  @Test
  void modelOfAnotherFamilyIsRefused() {
    assertRefused(inpaint("--prompt", "x", "-D", "model.family=sdxl"), "sd15, expected sdxl");
  }

  @Test
  void missingCudaIsRefused() {
    CommandResult command = inpaint("--prompt", "x", "-D", "model.device=cuda", "--steps", "1e9");
    assertRefused(command, "the device: ", "num_inference_steps: \"1e9\" found");
  }

  @Test
  void defaultsOutOfRangeAreRefused() {
    CommandResult command = inpaint("--prompt", "x", "-D", "defaults.num-inference-steps=51");
    assertRefused(
        command, "spackle.defaults.num-inference-steps is 51, expected a number from 1 to 50");
  }

  @Test
  void unwritableOutputIsRefused() throws IOException {
    out = Files.writeString(folder.resolve("file"), "x").resolve("out.png");
    assertRefused(inpaint("--prompt", "x"), "file is not a folder that can be written to");
    out = folder;
    assertRefused(inpaint("--prompt", "x"), "--out " + folder + " is a folder, expected a file");
  }

  /** Shells do not replace it in --image=~/photo.png. */
  @Test
  void theHomeFolderIsResolved() {
    String home = System.getProperty("user.home");
    System.setProperty("user.home", folder.toString());
    try {
      image = Path.of("~/none.png");
      assertRefused(inpaint("--prompt", "x"), folder.resolve("none.png") + " does not exist");
    } finally {
      System.setProperty("user.home", home);
    }
  }

  @Test
  void missingConfigurationIsRefused() {
    CommandResult command = inpaint("--prompt", "x", "--conf", folder.resolve("none.conf"));
    assertRefused(command, "none.conf does not exist");
  }

  @Test
  void missingOptionsAreAllNamed() {
    CommandResult command = CommandResult.run("inpaint", "--image", image);
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.messages()).contains("--model", "--mask", "--out");
    assertRefused(inpaint(), "prompt: nothing found, a text (which may be empty) expected");
  }

  private void assertRefused(CommandResult command, String... problems) {
    assertThat(command.code()).as(command.messages()).isEqualTo(2);
    assertThat(command.messages())
        .contains("Refused, nothing was done:")
        .contains(problems)
        .doesNotContain("\tat ", "Exception");
    assertThat(command.out()).isEmpty();
    assertThat(Files.isRegularFile(out)).isFalse();
  }

  private CommandResult inpaint(Object... args) {
    return run(MODEL, args);
  }

  private CommandResult run(Object model, Object... args) {
    List<Object> all =
        new ArrayList<>(
            List.of("inpaint", "--model", model, "--image", image, "--mask", mask, "--out", out));
    Stream.of(args).forEach(all::add);
    return CommandResult.run(all.toArray());
  }

  private Path blackMask() throws IOException {
    return ImageFiles.write(folder.resolve("black.png"), 64, 64, (x, y) -> 0);
  }
}
