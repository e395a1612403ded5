package io.spackle.provenance;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Keys with certificates of a root, valid for a year from now. */
final class TestCertificates {

  private static final Duration VALIDITY = Duration.ofDays(365);
  private static final X500Name ROOT = new X500Name("CN=root,O=Test");

  private final KeyPair rootKeys;
  private final X509Certificate root;
  private long serial;

  TestCertificates() throws GeneralSecurityException, IOException, OperatorCreationException {
    this.rootKeys = elliptic("secp256r1");
    X509v3CertificateBuilder certificate = certificate(ROOT, rootKeys);
    certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    this.root = signed(certificate);
  }

  /** A key whose certificate may sign claims. */
  SigningCredentials credentials(KeyPair keys)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    X509v3CertificateBuilder certificate = certificate(new X500Name("CN=signer,O=Test"), keys);
    certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    certificate.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection));
    return credentials(keys, List.of(signed(certificate), root));
  }

  /** A key whose certificate may not sign claims. */
  SigningCredentials withoutPurpose() throws GeneralSecurityException, OperatorCreationException {
    KeyPair keys = elliptic("secp256r1");
    X509v3CertificateBuilder certificate = certificate(new X500Name("CN=other,O=Test"), keys);
    return credentials(keys, List.of(signed(certificate), root));
  }

  /** The root's key, whose certificate is signed by itself. */
  SigningCredentials ofRoot() throws GeneralSecurityException {
    return credentials(rootKeys, List.of(root));
  }

  static KeyPair elliptic(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  static KeyPair rsa(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  static KeyPair ed25519() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  static String pem(String type, byte[] bytes) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(bytes), type);
  }

  /** A certificate of the root, still to be signed. */
  private X509v3CertificateBuilder certificate(X500Name subject, KeyPair keys) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        ROOT,
        BigInteger.valueOf(++serial),
        Date.from(now),
        Date.from(now.plus(VALIDITY)),
        subject,
        keys.getPublic());
  }

  private X509Certificate signed(X509v3CertificateBuilder certificate)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            certificate.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(rootKeys.getPrivate())));
  }

  private static SigningCredentials credentials(KeyPair keys, List<X509Certificate> chain)
      throws GeneralSecurityException {
    StringBuilder certificates = new StringBuilder();
    for (X509Certificate certificate : chain) {
      certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    return new SigningCredentials(
        certificates.toString(), pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }
}
