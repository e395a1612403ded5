package io.spackle.conf;

import io.spackle.provenance.CredentialProblems;
import io.spackle.provenance.MarkingOptions;
import io.spackle.provenance.MarkingOptions.Kept;
import io.spackle.provenance.MarkingOptions.Mark;
import io.spackle.provenance.SigningCredentials;
import java.time.Instant;
import java.util.Optional;

/** Reads what output files say besides their pixels, and the files to sign manifests with. */
public final class MarkingConf {

  /** The key of what outputs keep of metadata. */
  public static final String METADATA = "output.metadata";

  /** The key of how generated images are marked. */
  public static final String PROVENANCE = "output.provenance";

  /** The key of the certificates to sign with. */
  public static final String CERTIFICATES = "output.c2pa-certificates";

  /** The key of the private key to sign with. */
  public static final String KEY = "output.c2pa-key";

  private MarkingConf() {}

  /** Reads the keys; the credentials are opened and checked. */
  static MarkingOptions of(ConfReader reader) {
    Mark mark = reader.choice(PROVENANCE, Mark.class);
    return new MarkingOptions(
        reader.choice(METADATA, Kept.class),
        mark,
        mark == Mark.C2PA ? credentials(reader).orElse(null) : null);
  }

  private static Optional<SigningCredentials> credentials(ConfReader reader) {
    Optional<String> certificates = reader.content(CERTIFICATES);
    Optional<String> key = reader.content(KEY);
    if (certificates.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    SigningCredentials credentials = new SigningCredentials(certificates.get(), key.get());
    CredentialProblems problems = CredentialProblems.of(credentials, Instant.now());
    problems.certificates().forEach(problem -> reader.problem(CERTIFICATES, problem));
    problems.key().forEach(problem -> reader.problem(KEY, problem));
    return Optional.of(credentials);
  }
}
