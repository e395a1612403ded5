package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.LocalCluster.End;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterTest {

  @TempDir Path folder;

  @Test
  void jobsRunInTheirOwnProcesses() throws Exception {
    Path conf = Files.writeString(folder.resolve("job.conf"), "spackle.frob = 1");
    try (LocalCluster cluster = LocalCluster.withinDriver(folder.resolve("spark"), 1, 2)) {
      End end = cluster.start(conf).end();
      assertThat(end.code()).isEqualTo(2);
      assertThat(end.line().get("status").asText()).isEqualTo("refused");
      assertThat(end.messages()).contains("spackle.frob is no key");
      assertThat(cluster.logs()).as("nothing was started").isEmpty();
    }
  }
}
