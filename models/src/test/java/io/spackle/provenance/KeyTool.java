package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Makes keys and certificates with the JDK's keytool. */
final class KeyTool {

  private static final String ROOT = "root";
  private static final String PASSWORD = "changeit";
  private static final String USAGE = "KU:critical=digitalSignature";
  private static final String PURPOSE = "EKU=emailProtection";

  private final Path store;

  private KeyTool(Path store) {
    this.store = store;
  }

  /** A store with a root certificate. */
  static KeyTool in(Path folder) throws IOException, InterruptedException {
    KeyTool tool = new KeyTool(folder.resolve("keys.p12"));
    tool.generate(ROOT, List.of("-keyalg", "EC", "-groupname", "secp256r1", "-ext", "BC=ca:true"));
    return tool;
  }

  /**
   * Adds a key with a certificate that the root signed.
   *
   * @param algorithm options of keytool
   */
  SigningCredentials credentials(String name, String... algorithm)
      throws IOException, InterruptedException, GeneralSecurityException {
    List<String> options = new ArrayList<>(List.of(algorithm));
    options.addAll(List.of("-signer", ROOT, "-ext", USAGE, "-ext", PURPOSE));
    generate(name, options);
    return read(name);
  }

  /** Adds a key whose certificate may not sign claims. */
  SigningCredentials withoutPurpose(String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    generate(name, List.of("-keyalg", "EC", "-groupname", "secp256r1", "-signer", ROOT));
    return read(name);
  }

  /** The root's key, whose certificate is signed by itself. */
  SigningCredentials root() throws IOException, GeneralSecurityException {
    return read(ROOT);
  }

  private void generate(String name, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name + ",O=Test"));
    command.addAll(List.of("-validity", "365", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(options);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(printed);
    }
  }

  private SigningCredentials read(String name) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    StringBuilder certificates = new StringBuilder();
    for (Certificate certificate : keys.getCertificateChain(name)) {
      certificates.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
    return new SigningCredentials(certificates.toString(), pem("PRIVATE KEY", key));
  }

  static String pem(String type, byte[] bytes) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(bytes), type);
  }
}
