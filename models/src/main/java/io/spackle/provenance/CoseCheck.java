package io.spackle.provenance;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The check of a claim's signature, a COSE_Sign1 of RFC 9052, section 4.4. */
final class CoseCheck {

  private static final Long ALGORITHM = 1L;
  private static final Long CERTIFICATES = 33L;
  private static final String OLD_CERTIFICATES = "x5chain"; // in manifests of C2PA 1

  private CoseCheck() {}

  /**
   * Whether a claim was signed with the key of a certificate that is valid at a time.
   *
   * @throws GeneralSecurityException if that cannot be found out
   * @throws RuntimeException of any kind if the signature is damaged
   */
  static boolean isSigned(byte[] claim, byte[] signature, Date time)
      throws GeneralSecurityException {
    Object value = CborReader.decode(signature);
    List<?> parts = (List<?>) (value instanceof Cbor.Tagged tagged ? tagged.value() : value);
    byte[] protectedHeader = (byte[]) parts.get(0);
    Map<?, ?> header = (Map<?, ?>) CborReader.decode(protectedHeader);
    X509Certificate certificate = certificate(header, (Map<?, ?>) parts.get(1));
    certificate.checkValidity(time);
    SigningAlgorithm algorithm =
        SigningAlgorithm.of(Math.toIntExact((Long) header.get(ALGORITHM))).orElseThrow();
    byte[] message = Cbor.encode(ClaimSigner.message(protectedHeader, claim));
    return algorithm.isValid(certificate.getPublicKey(), message, (byte[]) parts.get(3));
  }

  private static X509Certificate certificate(Map<?, ?> header, Map<?, ?> unprotected)
      throws GeneralSecurityException {
    Object chain =
        Stream.of(header, unprotected)
            .flatMap(map -> Stream.of(map.get(CERTIFICATES), map.get(OLD_CERTIFICATES)))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    byte[] first = (byte[]) (chain instanceof List<?> list ? list.get(0) : chain);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(first));
  }
}
