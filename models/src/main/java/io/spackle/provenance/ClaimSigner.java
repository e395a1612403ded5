package io.spackle.provenance;

import com.upokecenter.cbor.CBORObject;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Signs claims with a key and its certificates. Thread-safe. Layout: COSE_Sign1 of RFC 9052,
 * section 4, with the certificates of RFC 9360; C2PA 2.2, section 13.2.
 */
final class ClaimSigner {

  static final CBORObject ALGORITHM = CBORObject.FromObject(1); // labels of headers
  static final CBORObject CERTIFICATES = CBORObject.FromObject(33);
  private static final int SIGN1_TAG = 18;

  private final SigningAlgorithm algorithm;
  private final PrivateKey key;
  private final byte[] protectedHeader;
  private final int length;

  private ClaimSigner(SigningAlgorithm algorithm, PrivateKey key, List<X509Certificate> chain)
      throws CertificateEncodingException {
    this.algorithm = algorithm;
    this.key = key;
    this.protectedHeader =
        CBORObject.NewOrderedMap()
            .Add(ALGORITHM, algorithm.number())
            .Add(CERTIFICATES, encoded(chain))
            .EncodeToBytes();
    this.length = sign(new byte[0]).length;
  }

  /** The certificates without the root, which verifiers must have themselves. */
  private static CBORObject encoded(List<X509Certificate> chain)
      throws CertificateEncodingException {
    CBORObject encoded = CBORObject.NewArray();
    for (X509Certificate certificate : chain) {
      if (encoded.size() == 0 || !isSelfSigned(certificate)) {
        encoded.Add(certificate.getEncoded());
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
    try {
      byte[] signature = algorithm.sign(key, message(protectedHeader, claim));
      return CBORObject.NewArray()
          .Add(protectedHeader)
          .Add(CBORObject.NewMap())
          .Add(CBORObject.Null)
          .Add(signature)
          .WithTag(SIGN1_TAG)
          .EncodeToBytes();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key signed before and does no more", e);
    }
  }

  /** What is signed: the context, the protected header, no further data, the claim. */
  static byte[] message(byte[] protectedHeader, byte[] claim) {
    return CBORObject.NewArray()
        .Add("Signature1")
        .Add(protectedHeader)
        .Add(new byte[0])
        .Add(claim)
        .EncodeToBytes();
  }
}
