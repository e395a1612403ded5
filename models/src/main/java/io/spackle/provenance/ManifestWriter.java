package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.upokecenter.cbor.CBORObject;
import io.spackle.metadata.PlacedManifest;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

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

  /**
   * The part of a file that its hash leaves out, because the manifest is there.
   *
   * @param padding of the manifest in bytes
   */
  private record Room(int start, int length, int padding) {}

  /** An assertion's box and its label. */
  private record Assertion(String label, byte[] box) {

    static Assertion of(String label, CBORObject value) {
      return new Assertion(label, Jumbf.cbor("cbor", label, value));
    }

    /** The link by which others name it. */
    CBORObject link() {
      return CBORObject.NewOrderedMap()
          .Add("url", "self#jumbf=" + ASSERTIONS + "/" + label)
          .Add("hash", Jumbf.contentHash(box));
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
    byte[] anyHash = new byte[HASH_BYTES];
    UnaryOperator<byte[]> anySignature = claim -> new byte[signer.length()];
    Room room = new Room(file.length, 0, 0);
    while (true) {
      byte[] store = store(id, generation, assertions(id, generation, room, anyHash), anySignature);
      PlacedManifest placed = PlacedManifest.of(file, store);
      // An even length, because WebP would add a byte that verifiers do not expect.
      Room needed = new Room(placed.start(), placed.length(), (room.padding() + store.length) % 2);
      if (needed.equals(room)) {
        List<Assertion> assertions = assertions(id, generation, room, hash(placed));
        store = store(id, generation, assertions, signer::sign);
        return PlacedManifest.of(file, store).file();
      }
      room = needed; // its numbers may be longer and so make the manifest longer: this ends soon
    }
  }

  /** One for each image and origin: equal files have equal manifests but for the signature. */
  private static String id(byte[] file, Generation generation) {
    MessageDigest digest = Jumbf.sha256();
    digest.update(file);
    String origin = generation.model() + generation.input().sha256();
    return UUID.nameUUIDFromBytes(digest.digest(origin.getBytes(UTF_8))).toString();
  }

  private static byte[] hash(PlacedManifest placed) {
    MessageDigest digest = Jumbf.sha256();
    int end = placed.start() + placed.length();
    digest.update(placed.file(), 0, placed.start());
    digest.update(placed.file(), end, placed.file().length - end);
    return digest.digest();
  }

  private static byte[] store(
      String id,
      Generation generation,
      List<Assertion> assertions,
      UnaryOperator<byte[]> signature) {
    byte[] claim = claim(id, generation, assertions).EncodeToBytes();
    byte[][] boxes = assertions.stream().map(Assertion::box).toArray(byte[][]::new);
    byte[] manifest =
        Jumbf.superbox(
            "c2ma",
            label(id),
            Jumbf.superbox("c2as", ASSERTIONS, boxes),
            Jumbf.superbox("c2cl", CLAIM, Jumbf.box("cbor", claim)),
            Jumbf.superbox("c2cs", SIGNATURE, Jumbf.box("cbor", signature.apply(claim))));
    List<byte[]> manifests = new ArrayList<>();
    generation
        .input()
        .manifest()
        .ifPresent(input -> input.boxes().forEach(box -> manifests.add(box.bytes())));
    manifests.add(manifest);
    return Jumbf.superbox("c2pa", "c2pa", manifests.toArray(byte[][]::new));
  }

  private static String label(String id) {
    return "urn:c2pa:" + id;
  }

  private static List<Assertion> assertions(
      String id, Generation generation, Room room, byte[] hash) {
    Assertion ingredient = Assertion.of(INGREDIENT, ingredient(id, generation.input()));
    CBORObject opened =
        CBORObject.NewOrderedMap()
            .Add("action", "c2pa.opened")
            .Add("parameters", CBORObject.NewMap().Add("ingredients", list(ingredient.link())));
    CBORObject actions = CBORObject.NewMap().Add("actions", list(opened, edited(generation)));
    CBORObject excluded =
        CBORObject.NewOrderedMap().Add("start", room.start()).Add("length", room.length());
    CBORObject data =
        CBORObject.NewOrderedMap()
            .Add("exclusions", list(excluded))
            .Add("name", "jumbf manifest")
            .Add("alg", "sha256")
            .Add("hash", hash)
            .Add("pad", new byte[room.padding()]);
    return List.of(ingredient, Assertion.of(ACTIONS, actions), Assertion.of(HASH, data));
  }

  private static CBORObject list(CBORObject... items) {
    CBORObject list = CBORObject.NewArray();
    for (CBORObject item : items) {
      list.Add(item);
    }
    return list;
  }

  private static CBORObject ingredient(String id, Generation.Input input) {
    UUID instance = UUID.nameUUIDFromBytes((id + input.sha256()).getBytes(UTF_8));
    CBORObject ingredient =
        CBORObject.NewOrderedMap()
            .Add("dc:format", input.mediaType())
            .Add("relationship", "parentOf")
            .Add("instanceID", "xmp:iid:" + instance);
    input.manifest().ifPresent(manifest -> IngredientManifest.addTo(ingredient, manifest));
    return ingredient;
  }

  private static CBORObject edited(Generation generation) {
    CBORObject parameters =
        CBORObject.NewOrderedMap().Add("io.spackle.model", generation.model().name());
    generation
        .model()
        .digest()
        .ifPresent(digest -> parameters.Add("io.spackle.model-digest", digest));
    parameters.Add("io.spackle.input-sha256", generation.input().sha256());
    return CBORObject.NewOrderedMap()
        .Add("action", "c2pa.edited")
        .Add("softwareAgent", agent(generation))
        .Add("digitalSourceType", generation.sourceType().uri())
        .Add("parameters", parameters);
  }

  private static CBORObject agent(Generation generation) {
    return CBORObject.NewOrderedMap()
        .Add("name", NAME)
        .Add("version", generation.model().software());
  }

  private static CBORObject claim(String id, Generation generation, List<Assertion> assertions) {
    CBORObject links = CBORObject.NewArray();
    assertions.forEach(assertion -> links.Add(assertion.link()));
    return CBORObject.NewOrderedMap()
        .Add("instanceID", "xmp:iid:" + id)
        .Add("claim_generator_info", agent(generation))
        .Add("signature", "self#jumbf=/c2pa/" + label(id) + "/" + SIGNATURE)
        .Add("created_assertions", links)
        .Add("alg", "sha256");
  }
}
