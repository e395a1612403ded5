package io.spackle.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.Test;

class ConnectorsTest {

  private final Configuration configuration = new Configuration();

  @Test
  void theOptionThatBringsAMissingConnectorIsNamedWithTheVersionOfThisHadoop() {
    configuration.set("fs.s3a.impl", "org.apache.hadoop.fs.s3a.Gone");
    assertThat(Connectors.missing("s3a", configuration).orElseThrow())
        .startsWith("no file system for s3a is on the class path; ")
        .contains("--packages org.apache.hadoop:hadoop-aws:" + VersionInfo.getVersion());
    assertThat(Connectors.missing("gs", configuration).orElseThrow())
        .contains("add its Hadoop connector to spark-submit");
  }

  @Test
  void aFileSystemOfHadoopItselfIsNotMissing() {
    assertThat(Connectors.missing("file", configuration)).isEmpty();
  }
}
