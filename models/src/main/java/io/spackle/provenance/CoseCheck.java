package io.spackle.provenance;

import com.upokecenter.cbor.CBORObject;
import com.upokecenter.cbor.CBORType;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Objects;
import java.util.stream.Stream;

/** The check of a claim's signature, a COSE_Sign1 of RFC 9052, section 4.4. */
final class CoseCheck {

  private static final CBORObject OLD_CERTIFICATES =
      CBORObject.FromObject("x5chain"); // in manifests of C2PA 1

  private CoseCheck() {}

  /**
   * Whether a claim was signed with the key of a certificate that is valid at a time.
   *
   * @throws GeneralSecurityException if that cannot be found out
   * @throws RuntimeException of any kind if the signature is damaged
   */
  static boolean isSigned(byte[] claim, byte[] signature, Date time)
      throws GeneralSecurityException {
    CBORObject parts = CBORObject.DecodeFromBytes(signature).UntagOne();
    byte[] protectedHeader = parts.get(0).GetByteString();
    CBORObject header = CBORObject.DecodeFromBytes(protectedHeader);
    X509Certificate certificate = certificate(header, parts.get(1));
    certificate.checkValidity(time);
    SigningAlgorithm algorithm =
        SigningAlgorithm.of(header.get(ClaimSigner.ALGORITHM).AsInt32Value()).orElseThrow();
    byte[] message = ClaimSigner.message(protectedHeader, claim);
    return algorithm.isValid(certificate.getPublicKey(), message, parts.get(3).GetByteString());
  }

  private static X509Certificate certificate(CBORObject header, CBORObject unprotected)
      throws GeneralSecurityException {
    CBORObject chain =
        Stream.of(header, unprotected)
            .flatMap(map -> Stream.of(map.get(ClaimSigner.CERTIFICATES), map.get(OLD_CERTIFICATES)))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    CBORObject first = chain.getType() == CBORType.Array ? chain.get(0) : chain;
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(first.GetByteString()));
  }
}
