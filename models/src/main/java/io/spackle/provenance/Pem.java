package io.spackle.provenance;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM: RFC 7468. Messages do not repeat what they contain. */
final class Pem {

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private Pem() {}

  /**
   * The certificates in a text, in their order.
   *
   * @throws CertificateException if there is none, or one is damaged
   */
  static List<X509Certificate> certificates(String text) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(CERTIFICATE)) {
        ByteArrayInputStream bytes = new ByteArrayInputStream(decoded(block.group(2)));
        certificates.add((X509Certificate) factory.generateCertificate(bytes));
      }
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("found no certificate in PEM");
    }
    return certificates;
  }

  private static byte[] decoded(String base64) throws CertificateException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new CertificateException("found a block that is not Base64", e);
    }
  }

  /**
   * The first private key in a text.
   *
   * @param algorithm of the key, such as EC
   * @throws GeneralSecurityException if there is none, or it is damaged or of another algorithm
   */
  static PrivateKey key(String text, String algorithm) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(text);
    String found = "no key in PEM";
    while (block.find()) {
      String type = block.group(1);
      if (type.equals(KEY)) {
        return key(decoded(block.group(2)), algorithm);
      }
      if (type.endsWith(KEY)) {
        found = "a block " + type;
      }
    }
    throw new GeneralSecurityException(
        "found %s, expected PKCS #8 without a password: openssl pkcs8 -topk8 -nocrypt makes it"
            .formatted(found));
  }

  private static PrivateKey key(byte[] encoded, String algorithm) throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(
          "found no %s key, as the certificate has".formatted(algorithm), e);
    }
  }
}
