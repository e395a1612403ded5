package io.spackle.provenance;

import com.upokecenter.cbor.CBORObject;
import java.util.List;

/** The part of an ingredient that links it to the manifest of its file: C2PA 2.2, section 18.16. */
final class IngredientManifest {

  private static final String ASSERTIONS = "c2pa.assertions";
  private static final String SIGNATURE = "c2pa.signature";

  private IngredientManifest() {}

  /** Adds the links to a manifest and what was found when it was checked. */
  static void addTo(CBORObject ingredient, InputManifest manifest) {
    JumbfBox active = manifest.active();
    String url = "self#jumbf=/c2pa/" + active.label();
    JumbfBox signature = active.find(SIGNATURE).orElseThrow();
    ingredient.Add("activeManifest", link(url, active))
        .Add("claimSignature", link(url + "/" + SIGNATURE, signature))
        .Add("validationResults", CBORObject.NewMap().Add("activeManifest", results(url, active)));
  }

  private static CBORObject link(String url, JumbfBox box) {
    return CBORObject.NewOrderedMap().Add("url", url).Add("hash", Jumbf.contentHash(box.bytes()));
  }

  private static CBORObject results(String url, JumbfBox active) {
    CBORObject success =
        CBORObject.NewArray()
            .Add(result("claimSignature.insideValidity", url + "/" + SIGNATURE))
            .Add(result("claimSignature.validated", url + "/" + SIGNATURE));
    JumbfBox assertions = active.find(ASSERTIONS).orElseThrow();
    List<JumbfBox> boxes = assertions.boxes();
    for (JumbfBox box : boxes.subList(1, boxes.size())) {
      success.Add(result("assertion.hashedURI.match", url + "/" + ASSERTIONS + "/" + box.label()));
    }
    success.Add(
        result("assertion.dataHash.match", url + "/" + ASSERTIONS + "/" + InputManifest.HASH));
    // No list of trusted signers was asked.
    CBORObject untrusted = result("signingCredential.untrusted", url + "/" + SIGNATURE);
    return CBORObject.NewOrderedMap()
        .Add("success", success)
        .Add("informational", CBORObject.NewArray())
        .Add("failure", CBORObject.NewArray().Add(untrusted));
  }

  private static CBORObject result(String code, String url) {
    return CBORObject.NewOrderedMap().Add("code", code).Add("url", url);
  }
}
