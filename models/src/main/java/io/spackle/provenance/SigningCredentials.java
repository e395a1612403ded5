package io.spackle.provenance;

import java.io.Serializable;

/**
 * A private key and the chain of certificates that say whose it is. {@link #toString} hides the
 * key.
 *
 * @param certificates in PEM: that of the key first, each signed by the next one
 * @param key in PEM, PKCS #8, not encrypted
 */
public record SigningCredentials(String certificates, String key) implements Serializable {

  @Override
  public String toString() {
    return "***";
  }
}
