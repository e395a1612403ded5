package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What conf/cluster hands to Spark, as far as it can be tried without a cluster or a GPU. */
class ClusterFilesTest {

  private static final Path CLUSTER = Path.of("../conf/cluster").toAbsolutePath().normalize();

  @TempDir Path machine;

  private record Script(int code, String out) {}

  @Test
  void discoveryListsTheGpusOfAMachine() throws Exception {
    nvidiaSmi("case $1 in --query-gpu=index) printf '0\\n1\\n' ;; esac");
    ResourceInformation found = ResourceInformation.parseJson(discover("").out());
    assertThat(found.name()).isEqualTo("gpu");
    assertThat(found.addresses()).containsExactly("0", "1");
  }

  @Test
  void discoveryListsUuidsOnRequest() throws Exception {
    nvidiaSmi("case $1 in --query-gpu=uuid) echo GPU-6f0b58c1-0a1b ;; esac");
    ResourceInformation found =
        ResourceInformation.parseJson(discover("SPACKLE_GPU_ADDRESS=uuid").out());
    assertThat(found.addresses()).containsExactly("GPU-6f0b58c1-0a1b");
  }

  @Test
  void discoveryFailsWithoutGpus() throws Exception {
    Script without = discover("");
    assertThat(without.code()).isNotZero();
    assertThat(without.out()).contains("no nvidia-smi on the PATH");
    nvidiaSmi("true");
    assertThat(discover("").out()).contains("lists no GPU");
    assertThat(discover("SPACKLE_GPU_ADDRESS=name").out()).contains("expected index or uuid");
  }

  @Test
  void standaloneWorkersOfferAllGpus() throws Exception {
    nvidiaSmi("case $1 in --list-gpus) printf 'GPU 0: one\\nGPU 1: two\\n' ;; esac");
    Script read = bash("source " + CLUSTER + "/spark-env.sh && echo $SPARK_WORKER_OPTS");
    assertThat(read.out())
        .contains("-Dspark.worker.resource.gpu.amount=2 ", "gpu.discoveryScript=/opt/spackle/");
  }

  /** Every key of the file is one that Spark knows, and two tasks fit on a GPU and its cores. */
  @Test
  void defaultsRunTwoTasksPerGpu() throws IOException {
    Properties defaults = new Properties();
    try (Reader in = Files.newBufferedReader(CLUSTER.resolve("spark-defaults.conf"))) {
      defaults.load(in);
    }
    SparkConf conf = new SparkConf(false);
    defaults.forEach((key, value) -> conf.set(key.toString(), value.toString()));
    assertThat(conf.getDouble("spark.task.resource.gpu.amount", 0)).isEqualTo(0.5);
    assertThat(conf.getInt("spark.executor.cores", 0) / conf.getInt("spark.task.cpus", 0))
        .isEqualTo(2);
    assertThat(conf.getSizeAsGb("spark.executor.memory")).isEqualTo(8);
    assertThat(conf.getBoolean("spark.speculation", true)).isFalse();
  }

  private void nvidiaSmi(String body) throws IOException {
    Path program = machine.resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/bash\n" + body + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Script discover(String environment) throws Exception {
    return bash(environment + " " + CLUSTER.resolve("gpus.sh"));
  }

  /** Runs a command on a machine that has the usual programs and the nvidia-smi of the test. */
  private Script bash(String command) throws Exception {
    Process process =
        new ProcessBuilder("bash", "-c", "PATH=" + machine + ":/usr/bin:/bin; " + command)
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Script(process.waitFor(), out);
  }
}
