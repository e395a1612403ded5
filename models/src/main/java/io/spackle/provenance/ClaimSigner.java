package io.spackle.provenance;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signs claims with a key and its certificates. Thread-safe. Layout: COSE_Sign1 of RFC 9052,
 * section 4, with the certificates of RFC 9360; C2PA 2.2, section 13.2.
 */
final class ClaimSigner {

  private static final int ALGORITHM = 1; // labels of headers
  private static final int CERTIFICATES = 33;
  private static final int SIGN1_TAG = 18;

  private final SigningAlgorithm algorithm;
  private final PrivateKey key;
  private final byte[] protectedHeader;
  private final int length;

  private ClaimSigner(SigningAlgorithm algorithm, PrivateKey key, List<X509Certificate> chain)
      throws CertificateEncodingException {
    this.algorithm = algorithm;
    this.key = key;
    Map<Integer, Object> header = new LinkedHashMap<>();
    header.put(ALGORITHM, algorithm.number());
    header.put(CERTIFICATES, encoded(chain));
    this.protectedHeader = Cbor.encode(header);
    this.length = sign(new byte[0]).length;
  }

  /** The certificates without the root, which verifiers must have themselves. */
  private static Object encoded(List<X509Certificate> chain) throws CertificateEncodingException {
    List<Object> encoded = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      if (encoded.isEmpty() || !isSelfSigned(certificate)) {
        encoded.add(certificate.getEncoded());
      }
    }
    return encoded.size() == 1 ? encoded.get(0) : encoded;
  }

  /**
   * Opens credentials that have no {@link CredentialProblems problems}.
   *
   * @throws IllegalArgumentException if they have one
   */
  static ClaimSigner of(SigningCredentials credentials) {
    try {
      List<X509Certificate> chain = Pem.certificates(credentials.certificates());
      var publicKey = chain.get(0).getPublicKey();
      SigningAlgorithm algorithm = SigningAlgorithm.of(publicKey).orElseThrow();
      PrivateKey key = Pem.key(credentials.key(), publicKey.getAlgorithm());
      return new ClaimSigner(algorithm, key, chain);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    return CredentialProblems.isSignedBy(certificate, certificate);
  }

  /** The length of all signatures in bytes. */
  int length() {
    return length;
  }

  /**
   * A signature of a claim that does not repeat the claim.
   *
   * @return CBOR whose length depends on the credentials only
   */
  byte[] sign(byte[] claim) {
    byte[] message = Cbor.encode(message(protectedHeader, claim));
    try {
      return Cbor.encode(
          new Cbor.Tagged(
              SIGN1_TAG,
              Arrays.asList(
                  protectedHeader, Map.of(), Cbor.Absent.NULL, algorithm.sign(key, message))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key signed before and does no more", e);
    }
  }

  /** What is signed: the context, the protected header, no further data, the claim. */
  static List<Object> message(byte[] protectedHeader, byte[] claim) {
    return List.of("Signature1", protectedHeader, new byte[0], claim);
  }
}
