package io.spackle.provenance;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
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
  private static final int DIGITAL_SIGNATURE = 0; // bit of the key usage
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  private final SigningAlgorithm algorithm;
  private final PrivateKey key;
  private final byte[] protectedHeader;

  private ClaimSigner(SigningAlgorithm algorithm, PrivateKey key, List<X509Certificate> chain)
      throws CertificateEncodingException {
    this.algorithm = algorithm;
    this.key = key;
    Map<Integer, Object> header = new LinkedHashMap<>();
    header.put(ALGORITHM, algorithm.number());
    header.put(CERTIFICATES, encoded(chain));
    this.protectedHeader = Cbor.encode(header);
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
   * Opens credentials that have no problems.
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

  /**
   * The problems of credentials.
   *
   * @param now the time at which the certificates must be valid
   * @return texts without secrets that follow the name of a setting; empty if there are none
   */
  static Problems problems(SigningCredentials credentials, Instant now) {
    Problems problems = new Problems(new ArrayList<>(), new ArrayList<>());
    try {
      List<X509Certificate> chain = Pem.certificates(credentials.certificates());
      problems.certificates().addAll(problems(chain, now));
      var publicKey = chain.get(0).getPublicKey();
      SigningAlgorithm.of(publicKey)
          .ifPresentOrElse(
              algorithm -> checkKey(credentials, chain.get(0), algorithm, problems.key()),
              () ->
                  problems
                      .certificates()
                      .add(
                          "has a key that C2PA does not allow, expected P-256, P-384, P-521,"
                              + " Ed25519 or RSA of at least 2048 bits"));
    } catch (CertificateException e) {
      problems.certificates().add("cannot be used: " + e.getMessage());
    }
    return problems;
  }

  /** The problems of each of the two files. */
  record Problems(List<String> certificates, List<String> key) {}

  private static List<String> problems(List<X509Certificate> chain, Instant now)
      throws CertificateParsingException {
    List<String> problems = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      String name = "the certificate of " + certificate.getSubjectX500Principal().getName();
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        problems.add(name + " expired at " + utc(certificate.getNotAfter()));
      }
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        problems.add(name + " is valid only from " + utc(certificate.getNotBefore()));
      }
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!isSignedBy(chain.get(i), chain.get(i + 1))) {
        problems.add(
            "has a chain of which certificate %d is not signed by the next".formatted(i + 1));
      }
    }
    if (!canSign(chain.get(0))) {
      problems.add(
          "starts with a certificate that cannot sign claims, expected one that is no CA's, with"
              + " the key usage digitalSignature and an extended key usage such as"
              + " emailProtection");
    }
    return problems;
  }

  private static Instant utc(Date date) {
    return date.toInstant();
  }

  private static boolean canSign(X509Certificate certificate) throws CertificateParsingException {
    boolean[] usage = certificate.getKeyUsage();
    List<String> purposes = certificate.getExtendedKeyUsage();
    return certificate.getBasicConstraints() < 0
        && usage != null
        && usage[DIGITAL_SIGNATURE]
        && purposes != null
        && !purposes.contains(ANY_PURPOSE);
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    return isSignedBy(certificate, certificate);
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void checkKey(
      SigningCredentials credentials,
      X509Certificate certificate,
      SigningAlgorithm algorithm,
      List<String> problems) {
    var publicKey = certificate.getPublicKey();
    byte[] message = {1};
    try {
      PrivateKey key = Pem.key(credentials.key(), publicKey.getAlgorithm());
      if (!algorithm.isValid(publicKey, message, algorithm.sign(key, message))) {
        problems.add("is not the key of the first certificate");
      }
    } catch (GeneralSecurityException e) {
      problems.add("cannot be used: " + e.getMessage());
    }
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
