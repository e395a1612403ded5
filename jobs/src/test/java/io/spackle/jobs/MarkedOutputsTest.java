package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.metadata.ImageMetadata;
import io.spackle.metadata.ImageMetadata.Colours;
import io.spackle.metadata.ImageMetadata.Descriptions;
import io.spackle.metadata.Resolution;
import io.spackle.provenance.InputManifest;
import io.spackle.provenance.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output files keep what their init image says besides its pixels, and say that they are made. */
class MarkedOutputsTest {

  private static final String MARK = SourceType.COMPOSITE_WITH_TRAINED_MODEL.uri();
  private static final int SIDE = 64;

  @TempDir Path folder;

  private Path image;
  private Path mask;

  @BeforeEach
  void writeInputs() throws IOException {
    image = ImageFiles.write(folder.resolve("photo.png"), SIDE, SIDE, (x, y) -> 4 * x);
    mask = ImageFiles.write(folder.resolve("mask.png"), SIDE, SIDE, (x, y) -> x < 32 ? 255 : 0);
    byte[] packet =
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
                + " rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='Berlin'/>"
                + "</rdf:RDF>")
            .getBytes(UTF_8);
    ImageMetadata metadata =
        new ImageMetadata(
            new Colours(Optional.empty(), List.of()),
            new Descriptions(
                Optional.empty(),
                Optional.of(packet),
                Optional.empty(),
                List.of(),
                Optional.empty()),
            Optional.of(new Resolution(300, 300, Resolution.Unit.INCH)),
            Optional.empty());
    Files.write(image, metadata.writeInto(Files.readAllBytes(image)));
  }

  @Test
  void aJobKeepsMetadataAndMarksEveryFormat() throws IOException {
    for (String format : List.of("png", "jpeg", "webp")) {
      byte[] file = output(format, "output.image-format = " + format);
      ImageMetadata metadata = ImageMetadata.read(file);
      assertThat(metadata.resolution().orElseThrow().toString()).as(format).isNotBlank();
      assertThat(new String(metadata.xmp().orElseThrow(), UTF_8)).contains("Berlin", MARK);
      assertThat(metadata.manifest()).isEmpty();
    }
  }

  @Test
  void aJobThatStripsMetadataStillMarks() throws IOException {
    ImageMetadata metadata = ImageMetadata.read(output("strip", "output.metadata = strip"));
    assertThat(metadata.resolution()).isPresent();
    assertThat(new String(metadata.xmp().orElseThrow(), UTF_8))
        .contains(MARK)
        .doesNotContain("Berlin");
  }

  @Test
  void aJobSignsManifestsThatFitTheirFiles() throws Exception {
    Path certificates = folder.resolve("certificates.pem");
    Path key = folder.resolve("key.pem");
    writeCredentials(certificates, key);
    String conf =
        """
        output { provenance = c2pa, c2pa-certificates = "%s", c2pa-key = "%s" }
        """
            .formatted(certificates, key);
    byte[] file = output("signed", conf);
    byte[] store = ImageMetadata.read(file).manifest().orElseThrow();
    assertThat(InputManifest.of(file, store, Instant.now())).isPresent();
    Path single = folder.resolve("single.webp");
    CommandResult command =
        CommandResult.run(
            "inpaint",
            "--model",
            TestJob.bundle("tiny-erase-bytes"),
            "--image",
            image,
            "--mask",
            mask,
            "--out",
            single,
            "-D",
            "output.provenance=c2pa",
            "-D",
            "output.c2pa-certificates=" + certificates,
            "-D",
            "output.c2pa-key=" + key);
    assertThat(command.code()).as(command.messages()).isZero();
    byte[] webp = Files.readAllBytes(single);
    byte[] own = ImageMetadata.read(webp).manifest().orElseThrow();
    assertThat(InputManifest.of(webp, own, Instant.now())).isPresent();
  }

  /** The output of a job with one row, in a folder of its own. */
  private byte[] output(String name, String settings) throws IOException {
    String row =
        """
        {"id": "a", "init_image": "%s", "mask_image": "%s"}
        """
            .formatted(image.toUri(), mask.toUri());
    String conf =
        TestJob.PATHS
            + """
            spackle {
              model.path = "%s"
              image.resize = original
              fetch.allow-files = ["%s"]
              %s
            }
            """
                .formatted(TestJob.bundle("tiny-erase-bytes"), folder, settings);
    TestJob job = TestJob.run(Files.createDirectory(folder.resolve(name)), row, conf);
    return Files.readAllBytes(job.image("a", 0));
  }

  /** Files with a key and its certificate, made by the JDK's keytool. */
  private void writeCredentials(Path certificates, Path key) throws Exception {
    Path store = folder.resolve("keys.p12");
    generate(store, "root", "-ext", "BC=ca:true");
    String usage = "KU:critical=digitalSignature";
    generate(store, "a", "-signer", "root", "-ext", usage, "-ext", "EKU=emailProtection");
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    Certificate certificate = keys.getCertificate("a");
    Files.writeString(certificates, pem("CERTIFICATE", certificate.getEncoded()));
    byte[] encoded = keys.getKey("a", "changeit".toCharArray()).getEncoded();
    Files.writeString(key, pem("PRIVATE KEY", encoded));
  }

  private static void generate(Path store, String name, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name + ",O=Test"));
    command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit"));
    command.addAll(List.of("-keystore", store.toString()));
    command.addAll(List.of(options));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static String pem(String type, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(bytes), type);
  }
}
