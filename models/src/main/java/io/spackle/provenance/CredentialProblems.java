package io.spackle.provenance;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What keeps credentials from signing claims that verifiers accept: C2PA 2.2, section 14.5. Texts
 * follow the name of a setting and have no secrets.
 *
 * @param certificates the problems of the certificates
 * @param key the problems of the key
 */
public record CredentialProblems(List<String> certificates, List<String> key) {

  private static final int DIGITAL_SIGNATURE = 0; // bit of the key usage
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  /**
   * The problems of credentials.
   *
   * @param now the time at which the certificates must be valid
   */
  public static CredentialProblems of(SigningCredentials credentials, Instant now) {
    CredentialProblems problems = new CredentialProblems(new ArrayList<>(), new ArrayList<>());
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

  private static List<String> problems(List<X509Certificate> chain, Instant now)
      throws CertificateParsingException {
    List<String> problems = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      String name = "the certificate of " + certificate.getSubjectX500Principal().getName();
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        problems.add(name + " expired at " + certificate.getNotAfter().toInstant());
      }
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        problems.add(name + " is valid only from " + certificate.getNotBefore().toInstant());
      }
    }
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!isSignedBy(chain.get(i), chain.get(i + 1))) {
        problems.add(
            "has a chain of which certificate %d is not signed by the next".formatted(i + 1));
      }
    }
    if (isSignedBy(chain.get(0), chain.get(0))) {
      problems.add("starts with a certificate signed by itself, expected one that a CA issued");
    }
    if (!canSign(chain.get(0))) {
      problems.add(
          "starts with a certificate that cannot sign claims, expected one that is no CA's, with"
              + " the key usage digitalSignature and an extended key usage such as"
              + " emailProtection");
    }
    return problems;
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

  static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
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
}
