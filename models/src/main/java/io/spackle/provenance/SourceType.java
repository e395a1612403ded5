package io.spackle.provenance;

/**
 * How an image came about: a term of the IPTC's vocabulary "Digital Source Type", which C2PA uses
 * too.
 */
public enum SourceType {
  /** A trained model generated a part of it. */
  COMPOSITE_WITH_TRAINED_MODEL("compositeWithTrainedAlgorithmicMedia"),
  /** An algorithm without a trained model changed a part of it. */
  ALGORITHMICALLY_ENHANCED("algorithmicallyEnhanced");

  private final String term;

  SourceType(String term) {
    this.term = term;
  }

  /** The term as a URI. */
  public String uri() {
    return "http://cv.iptc.org/newscodes/digitalsourcetype/" + term;
  }
}
