package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.metadata.PlacedManifest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Signed C2PA manifests: who edited an image, from which file, with which model, and a hash of the
 * image file. Layout: C2PA 2.2, sections 10 (claims), 11 (stores), 18 (assertions) and annex A
 * (files).
 *
 * <p>The prompt is left out, because it may contain what its author does not want to publish.
 */
final class ManifestWriter {

  private static final String NAME = "Spackle";
  private static final String ASSERTIONS = "c2pa.assertions";
  private static final String INGREDIENT = "c2pa.ingredient.v3";
  private static final String ACTIONS = "c2pa.actions.v2";
  private static final String HASH = "c2pa.hash.data";
  private static final String CLAIM = "c2pa.claim.v2";
  private static final String SIGNATURE = "c2pa.signature";
  private static final int HASH_BYTES = 32;

  private final ClaimSigner signer;

  ManifestWriter(ClaimSigner signer) {
    this.signer = signer;
  }

  /** The part of a file that its hash leaves out, because the manifest is there. */
  private record Exclusion(int start, int length) {}

  /** An assertion's box and its label. */
  private record Assertion(String label, byte[] box) {

    static Assertion of(String label, Object value) {
      return new Assertion(label, Jumbf.cbor("cbor", label, value));
    }

    /** The link by which others name it. */
    Map<String, Object> link() {
      return ordered("url", "self#jumbf=" + ASSERTIONS + "/" + label, "hash", contentHash(box));
    }
  }

  /**
   * Inserts a signed manifest into an image file that has none.
   *
   * @param file PNG, JPEG or WebP
   * @throws io.spackle.image.ImageException if the file is damaged or of another format
   */
  byte[] write(byte[] file, Generation generation) {
    String id = id(file, generation);
    Exclusion exclusion = new Exclusion(file.length, 0);
    byte[] hash = new byte[HASH_BYTES];
    PlacedManifest placed = placed(file, id, generation, exclusion, hash);
    // The numbers are part of the manifest: longer numbers make it longer, which ends soon.
    while (placed.start() != exclusion.start() || placed.length() != exclusion.length()) {
      exclusion = new Exclusion(placed.start(), placed.length());
      placed = placed(file, id, generation, exclusion, hash);
    }
    return placed(file, id, generation, exclusion, hash(placed)).file();
  }

  /** One for each image and origin: equal files have equal manifests but for the signature. */
  private static String id(byte[] file, Generation generation) {
    MessageDigest digest = digest();
    digest.update(file);
    return UUID.nameUUIDFromBytes(digest.digest(generation.toString().getBytes(UTF_8))).toString();
  }

  private PlacedManifest placed(
      byte[] file, String id, Generation generation, Exclusion exclusion, byte[] hash) {
    return PlacedManifest.of(file, store(id, generation, exclusion, hash));
  }

  private static byte[] hash(PlacedManifest placed) {
    MessageDigest digest = digest();
    int end = placed.start() + placed.length();
    digest.update(placed.file(), 0, placed.start());
    digest.update(placed.file(), end, placed.file().length - end);
    return digest.digest();
  }

  private byte[] store(String id, Generation generation, Exclusion exclusion, byte[] hash) {
    List<Assertion> assertions = assertions(id, generation, exclusion, hash);
    byte[] claim = Cbor.encode(claim(id, generation, assertions));
    byte[][] boxes = assertions.stream().map(Assertion::box).toArray(byte[][]::new);
    byte[] manifest =
        Jumbf.superbox(
            "c2ma",
            label(id),
            Jumbf.superbox("c2as", ASSERTIONS, boxes),
            Jumbf.superbox("c2cl", CLAIM, Jumbf.box("cbor", claim)),
            Jumbf.superbox("c2cs", SIGNATURE, Jumbf.box("cbor", signer.sign(claim))));
    return Jumbf.superbox("c2pa", "c2pa", manifest);
  }

  private static String label(String id) {
    return "urn:c2pa:" + id;
  }

  private static List<Assertion> assertions(
      String id, Generation generation, Exclusion exclusion, byte[] hash) {
    Assertion ingredient = Assertion.of(INGREDIENT, ingredient(id, generation.input()));
    Map<String, Object> opened =
        ordered(
            "action",
            "c2pa.opened",
            "parameters",
            ordered("ingredients", List.of(ingredient.link())));
    Map<String, Object> actions = ordered("actions", List.of(opened, edited(generation)));
    Map<String, Object> data =
        ordered(
            "exclusions",
            List.of(ordered("start", exclusion.start(), "length", exclusion.length())),
            "name",
            "jumbf manifest",
            "alg",
            "sha256",
            "hash",
            hash,
            "pad",
            new byte[0]);
    return List.of(ingredient, Assertion.of(ACTIONS, actions), Assertion.of(HASH, data));
  }

  private static Map<String, Object> ingredient(String id, Generation.Input input) {
    return ordered(
        "dc:format",
        input.mediaType(),
        "relationship",
        "parentOf",
        "instanceID",
        "xmp:iid:" + UUID.nameUUIDFromBytes((id + input.sha256()).getBytes(UTF_8)));
  }

  private static Map<String, Object> edited(Generation generation) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("io.spackle.model", generation.model().name());
    generation
        .model()
        .digest()
        .ifPresent(digest -> parameters.put("io.spackle.model-digest", digest));
    parameters.put("io.spackle.input-sha256", generation.input().sha256());
    return ordered(
        "action",
        "c2pa.edited",
        "softwareAgent",
        agent(generation),
        "digitalSourceType",
        generation.sourceType().uri(),
        "parameters",
        parameters);
  }

  private static Map<String, Object> agent(Generation generation) {
    return ordered("name", NAME, "version", generation.model().software());
  }

  private static Map<String, Object> claim(
      String id, Generation generation, List<Assertion> assertions) {
    List<Object> links = new ArrayList<>();
    assertions.forEach(assertion -> links.add(assertion.link()));
    return ordered(
        "instanceID",
        "xmp:iid:" + id,
        "claim_generator_info",
        agent(generation),
        "signature",
        "self#jumbf=/c2pa/" + label(id) + "/" + SIGNATURE,
        "created_assertions",
        links,
        "alg",
        "sha256");
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  /** The hash of a box without its length and type, by which links check it. */
  private static byte[] contentHash(byte[] box) {
    MessageDigest digest = digest();
    digest.update(box, Jumbf.HEADER_BYTES, box.length - Jumbf.HEADER_BYTES);
    return digest.digest();
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
