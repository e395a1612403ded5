package io.spackle.provenance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The part of an ingredient that links it to the manifest of its file: C2PA 2.2, section 18.16. */
final class IngredientManifest {

  private static final String ASSERTIONS = "c2pa.assertions";
  private static final String SIGNATURE = "c2pa.signature";

  private IngredientManifest() {}

  /** Adds the links to a manifest and what was found when it was checked. */
  static void addTo(Map<String, Object> ingredient, InputManifest manifest) {
    JumbfBox active = manifest.active();
    String url = "self#jumbf=/c2pa/" + active.label();
    ingredient.put("activeManifest", link(url, active));
    ingredient.put(
        "claimSignature", link(url + "/" + SIGNATURE, active.find(SIGNATURE).orElseThrow()));
    ingredient.put("validationResults", Jumbf.ordered("activeManifest", results(url, active)));
  }

  private static Map<String, Object> link(String url, JumbfBox box) {
    return Jumbf.ordered("url", url, "hash", Jumbf.contentHash(box.bytes()));
  }

  private static Map<String, Object> results(String url, JumbfBox active) {
    List<Object> success = new ArrayList<>();
    success.add(result("claimSignature.insideValidity", url + "/" + SIGNATURE));
    success.add(result("claimSignature.validated", url + "/" + SIGNATURE));
    JumbfBox assertions = active.find(ASSERTIONS).orElseThrow();
    List<JumbfBox> boxes = assertions.boxes();
    for (JumbfBox box : boxes.subList(1, boxes.size())) {
      success.add(result("assertion.hashedURI.match", url + "/" + ASSERTIONS + "/" + box.label()));
    }
    success.add(
        result("assertion.dataHash.match", url + "/" + ASSERTIONS + "/" + InputManifest.HASH));
    // No list of trusted signers was asked.
    Object untrusted = result("signingCredential.untrusted", url + "/" + SIGNATURE);
    return Jumbf.ordered(
        "success", success, "informational", List.of(), "failure", List.of(untrusted));
  }

  private static Map<String, Object> result(String code, String url) {
    return Jumbf.ordered("code", code, "url", url);
  }
}
