package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.upokecenter.cbor.CBOREncodeOptions;
import com.upokecenter.cbor.CBORObject;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import io.spackle.metadata.ImageMetadata;
import io.spackle.metadata.PlacedManifest;
import io.spackle.provenance.MarkingOptions.Kept;
import io.spackle.provenance.MarkingOptions.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Output files keep the metadata of their input and say how they were made. */
class OutputMarkingTest {

  private static final RgbImage IMAGE = TestImages.gradient(40, 30);
  private static final byte[] PACKET =
      ("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
              + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
              + " rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='Berlin'/>"
              + "</rdf:RDF></x:xmpmeta>")
          .getBytes(UTF_8);
  private static final ImageMetadata METADATA = ImageMetadata.NONE.withXmp(PACKET);
  private static final Generation.Model MODEL =
      new Generation.Model("sd15", Optional.of("0af3"), "1.2.3");
  private static final String MARK = SourceType.COMPOSITE_WITH_TRAINED_MODEL.uri();

  private static final Map<String, SigningCredentials> CREDENTIALS = new LinkedHashMap<>();

  @BeforeAll
  static void generateKeys() throws Exception {
    TestCertificates root = new TestCertificates();
    CREDENTIALS.put("ES256", root.credentials(TestCertificates.elliptic("secp256r1")));
    CREDENTIALS.put("ES384", root.credentials(TestCertificates.elliptic("secp384r1")));
    CREDENTIALS.put("PS256", root.credentials(TestCertificates.rsa(2048)));
    CREDENTIALS.put("EdDSA", root.credentials(TestCertificates.ed25519()));
    CREDENTIALS.put("no purpose", root.withoutPurpose());
    CREDENTIALS.put("self-signed", root.ofRoot());
  }

  private static Generation generation(Optional<InputManifest> manifest) {
    Generation.Input input = new Generation.Input("image/jpeg", "77fe", manifest);
    return new Generation(SourceType.COMPOSITE_WITH_TRAINED_MODEL, MODEL, input);
  }

  private static byte[] marked(ImageFormat format, Kept kept, Mark mark) {
    SigningCredentials credentials = mark == Mark.C2PA ? CREDENTIALS.get("ES256") : null;
    return marked(format, new MarkingOptions(kept, mark, credentials), Optional.empty());
  }

  private static byte[] marked(
      ImageFormat format, MarkingOptions options, Optional<InputManifest> manifest) {
    return new OutputMarking(options)
        .apply(ImageCodec.encode(IMAGE, format), METADATA, Optional.of(generation(manifest)));
  }

  private static String xmp(byte[] file) {
    return ImageMetadata.read(file).xmp().map(packet -> new String(packet, UTF_8)).orElse("");
  }

  @ParameterizedTest
  @EnumSource
  void generatedImagesAreMarkedInEveryFormat(ImageFormat format) {
    byte[] file = marked(format, Kept.KEEP, Mark.XMP);
    assertThat(xmp(file)).contains(MARK).contains("dc:source='Berlin'");
    assertThat(marked(format, Kept.KEEP, Mark.XMP)).as("reproducible").isEqualTo(file);
  }

  @ParameterizedTest
  @EnumSource
  void strippedImagesAreMarkedToo(ImageFormat format) {
    assertThat(xmp(marked(format, Kept.STRIP, Mark.XMP))).contains(MARK).doesNotContain("Berlin");
  }

  @ParameterizedTest
  @EnumSource
  void unmarkedImagesKeepTheirPacketAsItIs(ImageFormat format) {
    byte[] expected = METADATA.writeInto(ImageCodec.encode(IMAGE, format));
    assertThat(marked(format, Kept.KEEP, Mark.NONE)).isEqualTo(expected);
    OutputMarking marking = new OutputMarking(MarkingOptions.defaults());
    byte[] encoded = ImageCodec.encode(IMAGE, format);
    assertThat(marking.apply(encoded, METADATA, Optional.empty()))
        .as("nothing was generated")
        .isEqualTo(expected);
  }

  @Test
  void manifestsOfAllKindsOfKeysAreValidInEveryFormat() {
    for (String name : List.of("ES256", "ES384", "PS256", "EdDSA")) {
      MarkingOptions options = new MarkingOptions(Kept.KEEP, Mark.C2PA, CREDENTIALS.get(name));
      for (ImageFormat format : ImageFormat.values()) {
        byte[] file = marked(format, options, Optional.empty());
        assertThat(manifest(file)).as("%s %s", name, format).isPresent();
        assertThat(xmp(file)).contains(MARK);
      }
    }
  }

  private static Optional<InputManifest> manifest(byte[] file) {
    byte[] store = ImageMetadata.read(file).manifest().orElseThrow();
    return InputManifest.of(file, store, Instant.now());
  }

  @Test
  void aManifestNamesTheModelAndTheInputButNotThePrompt() {
    byte[] file = marked(ImageFormat.PNG, Kept.KEEP, Mark.C2PA);
    JumbfBox assertions = manifest(file).orElseThrow().active().find("c2pa.assertions").get();
    CBORObject steps = cbor(assertions, "c2pa.actions.v2").get("actions");
    assertThat(steps.get(0).get("action").AsString()).isEqualTo("c2pa.opened");
    assertThat(steps.get(1).ToJSONString())
        .isEqualTo(
            """
            {"action":"c2pa.edited","softwareAgent":{"name":"Spackle","version":"1.2.3"},\
            "digitalSourceType":"%s","parameters":{"io.spackle.model":"sd15",\
            "io.spackle.model-digest":"0af3","io.spackle.input-sha256":"77fe"}}\
            """
                .formatted(MARK));
    assertThat(cbor(assertions, "c2pa.ingredient.v3").ToJSONString())
        .startsWith("{\"dc:format\":\"image/jpeg\",\"relationship\":\"parentOf\",");
  }

  private static CBORObject cbor(JumbfBox assertions, String label) {
    byte[] value = assertions.find(label).orElseThrow().cbor().orElseThrow();
    return CBORObject.DecodeFromBytes(value, new CBOREncodeOptions("keepkeyorder=true"));
  }

  @ParameterizedTest
  @EnumSource
  void aChangedBitAnywhereInTheImageInvalidatesTheManifest(ImageFormat format) {
    byte[] file = marked(format, Kept.KEEP, Mark.C2PA);
    byte[] store = ImageMetadata.read(file).manifest().orElseThrow();
    byte[] unmarked = marked(format, Kept.KEEP, Mark.XMP);
    PlacedManifest placed = PlacedManifest.of(unmarked, store);
    assertThat(placed.file()).as("the manifest is all that was added").isEqualTo(file);
    for (int i : positionsOutside(placed)) {
      int bit = 1 << i % 8;
      file[i] ^= (byte) bit;
      assertThat(InputManifest.of(file, store, Instant.now())).as("byte %d", i).isEmpty();
      file[i] ^= (byte) bit;
    }
  }

  /** The first and the last byte, those beside the manifest, and others between them. */
  private static int[] positionsOutside(PlacedManifest placed) {
    int start = placed.start();
    int end = start + placed.length();
    int length = placed.file().length;
    return IntStream.range(0, length)
        .filter(i -> i < start || i >= end)
        .filter(i -> i % 31 == 0 || i == start - 1 || i == end || i == length - 1)
        .toArray();
  }

  @Test
  void changedManifestsAreInvalid() {
    byte[] file = marked(ImageFormat.PNG, Kept.KEEP, Mark.C2PA);
    byte[] store = ImageMetadata.read(file).manifest().orElseThrow();
    for (String part : List.of("c2pa.edited", "sd15", "77fe", "c2pa.hash.data", "Spackle")) {
      byte[] changed = store.clone();
      changed[new String(store, ISO_8859_1).indexOf(part) + 1] ^= 1;
      assertThat(InputManifest.of(file, changed, Instant.now())).as(part).isEmpty();
    }
    assertThat(InputManifest.of(file, new byte[9], Instant.now())).isEmpty();
  }

  @Test
  void damagedManifestsNeverFailTheRow() {
    byte[] file = marked(ImageFormat.PNG, Kept.KEEP, Mark.C2PA);
    byte[] store = ImageMetadata.read(file).manifest().orElseThrow();
    for (int i = 0; i < store.length; i += 7) {
      byte[] cut = Arrays.copyOf(store, i);
      assertThat(InputManifest.of(file, cut, Instant.now())).isEmpty();
      byte[] changed = store.clone();
      changed[i] = (byte) 0xFF;
      InputManifest.of(file, changed, Instant.now())
          .ifPresent(valid -> assertThat(valid.boxes()).hasSize(1)); // a name of a box changed
    }
  }

  @Test
  void theManifestOfAnInputBecomesThatOfAnIngredient() {
    byte[] input = marked(ImageFormat.JPEG, Kept.KEEP, Mark.C2PA);
    MarkingOptions options = new MarkingOptions(Kept.KEEP, Mark.C2PA, CREDENTIALS.get("EdDSA"));
    byte[] output = marked(ImageFormat.WEBP, options, manifest(input));
    InputManifest manifest = manifest(output).orElseThrow();
    assertThat(manifest.boxes()).hasSize(2);
    String first = manifest.boxes().get(0).label();
    JumbfBox assertions = manifest.active().find("c2pa.assertions").orElseThrow();
    CBORObject ingredient = cbor(assertions, "c2pa.ingredient.v3");
    assertThat(ingredient.get("activeManifest").get("url").AsString())
        .isEqualTo("self#jumbf=/c2pa/" + first);
  }

  @Test
  void withAnEd25519KeyFilesAreReproducible() {
    MarkingOptions options = new MarkingOptions(Kept.KEEP, Mark.C2PA, CREDENTIALS.get("EdDSA"));
    assertThat(marked(ImageFormat.PNG, options, Optional.empty()))
        .isEqualTo(marked(ImageFormat.PNG, options, Optional.empty()));
  }

  @Test
  void usableCredentialsHaveNoProblems() {
    for (String name : List.of("ES256", "ES384", "PS256", "EdDSA")) {
      CredentialProblems problems = problems(CREDENTIALS.get(name));
      assertThat(problems.certificates()).as(name).isEmpty();
      assertThat(problems.key()).as(name).isEmpty();
      assertThat(CREDENTIALS.get(name).toString()).isEqualTo("***");
    }
  }

  private static CredentialProblems problems(SigningCredentials credentials) {
    return CredentialProblems.of(credentials, Instant.now());
  }

  @Test
  void certificatesMustBeValidNow() {
    SigningCredentials credentials = CREDENTIALS.get("ES256");
    Instant later = Instant.now().plus(Duration.ofDays(400));
    assertThat(CredentialProblems.of(credentials, later).certificates())
        .hasSize(2)
        .allMatch(problem -> problem.contains("expired at"));
    Instant earlier = Instant.now().minus(Duration.ofDays(2));
    assertThat(CredentialProblems.of(credentials, earlier).certificates())
        .anyMatch(problem -> problem.contains("valid only from"));
  }

  @Test
  void keysMustBeThoseOfTheirCertificates() {
    String certificates = CREDENTIALS.get("ES256").certificates();
    SigningCredentials other = new SigningCredentials(certificates, CREDENTIALS.get("ES384").key());
    assertThat(problems(other).key()).singleElement().asString().contains("key");
    SigningCredentials rsa = new SigningCredentials(certificates, CREDENTIALS.get("PS256").key());
    assertThat(problems(rsa).key()).singleElement().asString().contains("found no EC key");
    SigningCredentials none = new SigningCredentials(certificates, certificates);
    assertThat(problems(none).key()).singleElement().asString().contains("found no key in PEM");
    String encrypted = TestCertificates.pem("ENCRYPTED PRIVATE KEY", new byte[9]);
    assertThat(problems(new SigningCredentials(certificates, encrypted)).key())
        .singleElement()
        .asString()
        .contains("ENCRYPTED PRIVATE KEY")
        .contains("openssl pkcs8");
  }

  @Test
  void certificatesMustBeAChainThatMaySignClaims() {
    SigningCredentials good = CREDENTIALS.get("ES256");
    String other = CREDENTIALS.get("ES384").certificates();
    SigningCredentials mixed =
        new SigningCredentials(
            good.certificates().split("(?<=END CERTIFICATE-----)")[0] + other, good.key());
    assertThat(problems(mixed).certificates()).anyMatch(text -> text.contains("not signed by"));
    assertThat(problems(CREDENTIALS.get("no purpose")).certificates())
        .singleElement()
        .asString()
        .contains("digitalSignature");
    assertThat(problems(CREDENTIALS.get("self-signed")).certificates())
        .anyMatch(text -> text.contains("signed by itself"));
    assertThat(problems(new SigningCredentials("", good.key())).certificates())
        .singleElement()
        .asString()
        .contains("found no certificate");
  }
}
