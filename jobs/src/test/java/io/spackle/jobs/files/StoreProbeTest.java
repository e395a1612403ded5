package io.spackle.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class StoreProbeTest {

  @Test
  void aLocationOnS3WithoutItsConnectorSaysWhichOptionBringsIt() {
    Configuration withoutS3a = new Configuration();
    withoutS3a.set("fs.s3a.impl", "org.apache.hadoop.fs.s3a.Gone");
    assertThat(StoreProbe.problems(Map.of("output.path", "s3a://bucket/out"), withoutS3a))
        .singleElement()
        .asString()
        .startsWith(
            "spackle.output.path s3a://bucket/out cannot be reached: no file system for s3a")
        .contains("--packages org.apache.hadoop:hadoop-aws:", "--jars");
  }
}
