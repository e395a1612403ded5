package io.spackle.provenance;

import com.upokecenter.cbor.CBORObject;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifests of an input file, which were checked and can become those of an ingredient: hashes
 * of assertions, signatures and the hash of the file are right and the certificates have not
 * expired. Whether the signers are to be trusted is up to those who check the output. Layout: C2PA
 * 2.2, section 15.
 */
public final class InputManifest {

  private static final String ASSERTIONS = "c2pa.assertions";
  static final String HASH = "c2pa.hash.data";
  private static final List<String> CLAIMS = List.of("c2pa.claim.v2", "c2pa.claim");
  private static final List<String> LINKS =
      List.of("created_assertions", "gathered_assertions", "assertions");

  private final List<JumbfBox> boxes;

  private InputManifest(List<JumbfBox> boxes) {
    this.boxes = boxes;
  }

  /** All manifests, the active one last. */
  List<JumbfBox> boxes() {
    return boxes;
  }

  /** The active manifest, which describes the input. */
  JumbfBox active() {
    return boxes.get(boxes.size() - 1);
  }

  /**
   * Checks the manifests of a file.
   *
   * @param store the manifest store of the file
   * @param now the time at which certificates must be valid
   * @return empty if something is wrong or cannot be checked
   */
  public static Optional<InputManifest> of(byte[] file, byte[] store, Instant now) {
    try {
      JumbfBox root = JumbfBox.read(store, 0).get(0);
      List<JumbfBox> boxes = root.boxes();
      InputManifest manifest = new InputManifest(boxes.subList(1, boxes.size()));
      for (JumbfBox box : manifest.boxes()) {
        check(box, now);
      }
      manifest.checkHash(file);
      return Optional.of(manifest);
    } catch (GeneralSecurityException | RuntimeException | StackOverflowError e) {
      // Hostile input causes any exception. The parser stops at 500 levels, for which the stacks of
      // some clusters (-Xss512k) are too small.
      return Optional.empty();
    }
  }

  private static void check(JumbfBox manifest, Instant now) throws GeneralSecurityException {
    byte[] claim = claim(manifest).cbor().orElseThrow();
    CBORObject fields = CBORObject.DecodeFromBytes(claim);
    byte[] signature = manifest.find("c2pa.signature").orElseThrow().cbor().orElseThrow();
    require(CoseCheck.isSigned(claim, signature, Date.from(now)));
    List<CBORObject> links = new ArrayList<>();
    LINKS.forEach(name -> links.addAll(items(fields, name)));
    require(!links.isEmpty());
    // Each box is hashed once only, so that a check takes no longer than its file is large.
    Map<String, JumbfBox> unchecked = new HashMap<>();
    for (JumbfBox box : manifest.find(ASSERTIONS).orElseThrow().boxes()) {
      unchecked.put(box.label(), box);
    }
    for (CBORObject link : links) {
      checkLink(link, unchecked, algorithm(fields, "sha256"));
    }
    unchecked.remove(""); // the description of the boxes
    require(unchecked.isEmpty()); // what a claim does not name may be anyone's
  }

  private static JumbfBox claim(JumbfBox manifest) {
    return CLAIMS.stream()
        .flatMap(label -> manifest.find(label).stream())
        .findFirst()
        .orElseThrow();
  }

  private static void checkLink(
      CBORObject link, Map<String, JumbfBox> unchecked, String claimAlgorithm)
      throws GeneralSecurityException {
    String url = link.get("url").AsString();
    JumbfBox box = unchecked.remove(url.substring(url.lastIndexOf('/') + 1));
    require(box != null);
    byte[] hash = digest(algorithm(link, claimAlgorithm)).digest(box.content());
    require(Arrays.equals(hash, link.get("hash").GetByteString()));
  }

  private void checkHash(byte[] file) throws GeneralSecurityException {
    JumbfBox box = active().find(ASSERTIONS).orElseThrow().find(HASH).orElseThrow();
    CBORObject fields = CBORObject.DecodeFromBytes(box.cbor().orElseThrow());
    MessageDigest digest = digest(algorithm(fields, "sha256"));
    int at = 0;
    for (CBORObject exclusion : items(fields, "exclusions")) {
      int start = exclusion.get("start").AsInt32Value();
      int length = exclusion.get("length").AsInt32Value();
      digest.update(file, at, start - at);
      at = Math.addExact(start, length);
    }
    digest.update(file, at, file.length - at);
    require(Arrays.equals(digest.digest(), fields.get("hash").GetByteString()));
  }

  private static Collection<CBORObject> items(CBORObject fields, String name) {
    return fields.ContainsKey(name) ? fields.get(name).getValues() : List.of();
  }

  private static String algorithm(CBORObject fields, String other) {
    return fields.ContainsKey("alg") ? fields.get("alg").AsString() : other;
  }

  private static MessageDigest digest(String algorithm) throws GeneralSecurityException {
    return MessageDigest.getInstance(
        switch (algorithm) {
          case "sha256" -> "SHA-256";
          case "sha384" -> "SHA-384";
          case "sha512" -> "SHA-512";
          default -> throw new GeneralSecurityException("unknown hash " + algorithm);
        });
  }

  private static void require(boolean condition) throws GeneralSecurityException {
    if (!condition) {
      throw new GeneralSecurityException("the manifest of the input is not valid");
    }
  }
}
