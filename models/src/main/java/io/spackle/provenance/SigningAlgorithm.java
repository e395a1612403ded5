package io.spackle.provenance;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;

/** The signature algorithms that C2PA allows. Numbers: RFC 9053 and RFC 8230; C2PA 2.2, 13.2. */
enum SigningAlgorithm {
  ES256(-7, "SHA256withECDSAinP1363Format", ""),
  ES384(-35, "SHA384withECDSAinP1363Format", ""),
  ES512(-36, "SHA512withECDSAinP1363Format", ""),
  PS256(-37, "RSASSA-PSS", "SHA-256"),
  PS384(-38, "RSASSA-PSS", "SHA-384"),
  PS512(-39, "RSASSA-PSS", "SHA-512"),
  EDDSA(-8, "Ed25519", "");

  private static final int MIN_RSA_BITS = 2048;

  private final int number;
  private final String name;
  private final String pssDigest;

  SigningAlgorithm(int number, String name, String pssDigest) {
    this.number = number;
    this.name = name;
    this.pssDigest = pssDigest;
  }

  /** The algorithm in COSE headers. */
  int number() {
    return number;
  }

  /** The algorithm of a number in COSE headers. */
  static Optional<SigningAlgorithm> of(int number) {
    for (SigningAlgorithm algorithm : values()) {
      if (algorithm.number == number) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  /** The algorithm for a key; empty if C2PA allows none for it. */
  static Optional<SigningAlgorithm> of(PublicKey key) {
    if (key instanceof ECKey curve) {
      return switch (curve.getParams().getCurve().getField().getFieldSize()) {
        case 256 -> Optional.of(ES256);
        case 384 -> Optional.of(ES384);
        case 521 -> Optional.of(ES512);
        default -> Optional.empty();
      };
    }
    if (key instanceof RSAKey rsa) {
      boolean strong = rsa.getModulus().bitLength() >= MIN_RSA_BITS;
      return strong ? Optional.of(PS256) : Optional.empty();
    }
    // The JDK knows Ed448 by the same algorithm; its keys are longer.
    return key.getAlgorithm().equals("EdDSA") && key.getEncoded().length == 44
        ? Optional.of(EDDSA)
        : Optional.empty();
  }

  byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
    Signature signature = signature();
    signature.initSign(key);
    signature.update(message);
    return signature.sign();
  }

  boolean isValid(PublicKey key, byte[] message, byte[] signed) throws GeneralSecurityException {
    Signature signature = signature();
    signature.initVerify(key);
    signature.update(message);
    return signature.verify(signed);
  }

  private Signature signature() throws GeneralSecurityException {
    Signature signature = Signature.getInstance(name);
    if (!pssDigest.isEmpty()) {
      int saltBytes = Integer.parseInt(pssDigest.substring(4)) / 8;
      signature.setParameter(
          new PSSParameterSpec(pssDigest, "MGF1", new MGF1ParameterSpec(pssDigest), saltBytes, 1));
    }
    return signature;
  }
}
