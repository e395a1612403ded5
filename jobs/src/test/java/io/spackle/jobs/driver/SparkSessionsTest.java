package io.spackle.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.conf.RefusedException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {

  @Test
  void gpuAmountsAreRemovedOnLocalMasters() {
    SparkConf conf = SparkSessions.prepared(withGpus("local[4]"));
    assertThat(conf.contains("spark.task.resource.gpu.amount")).isFalse();
    assertThat(conf.contains("spark.executor.resource.gpu.amount")).isFalse();
  }

  @Test
  void gpuAmountsAreKeptOnClusters() {
    for (String master : new String[] {"local-cluster[1,4,2048]", "yarn", "spark://host:7077"}) {
      SparkConf conf = SparkSessions.prepared(withGpus(master));
      assertThat(conf.get("spark.task.resource.gpu.amount")).as(master).isEqualTo("0.5");
      assertThat(conf.contains("spark.executor.heartbeatInterval")).as(master).isFalse();
    }
  }

  @Test
  void aJavaThatHadoopDoesNotRunOnIsRefused() {
    assertThatCode(() -> SparkSessions.checkJava(() -> "me")).doesNotThrowAnyException();
    Callable<String> user =
        () -> {
          throw new UnsupportedOperationException("getSubject is not supported");
        };
    assertThatThrownBy(() -> SparkSessions.checkJava(user))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("Java " + Runtime.version().feature() + " found")
        .hasMessageContaining("expected a JDK 17 or 21");
  }

  @Test
  void sparkSubmitTakesPrecedence() {
    SparkConf conf = new SparkConf(false).set("spark.app.name", "mine");
    SparkSessions.prepared(conf);
    assertThat(conf.get("spark.app.name")).isEqualTo("mine");
    assertThat(conf.get("spark.master")).isEqualTo("local[*]");
  }

  @Test
  void tasksMayFailOftenUnlessConfiguredOtherwise() {
    String tries = "spark.task.maxFailures";
    assertThat(SparkSessions.prepared(new SparkConf(false)).get(tries)).isEqualTo("16");
    SparkConf given = new SparkConf(false).set(tries, "3");
    assertThat(SparkSessions.prepared(given).get(tries)).isEqualTo("3");
  }

  /** On preemptible machines a long run loses any number of executors, each with its shuffle. */
  @Test
  void lostExecutorsDoNotEndARunUnlessConfiguredOtherwise() {
    String attempts = "spark.stage.maxConsecutiveAttempts";
    assertThat(SparkSessions.prepared(new SparkConf(false)).get(attempts)).isEqualTo("10000");
    SparkConf given = new SparkConf(false).set(attempts, "4");
    assertThat(SparkSessions.prepared(given).get(attempts)).isEqualTo("4");
  }

  @Test
  void executorsStartWithoutTelemetry() {
    String telemetry = "spark.executorEnv.ORT_DISABLE_TELEMETRY";
    assertThat(SparkSessions.prepared(new SparkConf(false)).get(telemetry)).isEqualTo("1");
    SparkConf given = new SparkConf(false).set(telemetry, "0");
    assertThat(SparkSessions.prepared(given).get(telemetry)).isEqualTo("0");
  }

  /** On Kubernetes, Spark's hook for the end of a pod sends SIGPWR. */
  @Test
  void executorsAreToldToGoBySigtermExceptOnKubernetes() {
    String signal = "spark.executor.decommission.signal";
    for (String master : new String[] {"yarn", "spark://host:7077", "local-cluster[1,4,2048]"}) {
      SparkConf conf = SparkSessions.prepared(new SparkConf(false).setMaster(master));
      assertThat(conf.get("spark.decommission.enabled")).isEqualTo("true");
      assertThat(conf.get(signal)).as(master).isEqualTo("TERM");
    }
    SparkConf pods = new SparkConf(false).setMaster("k8s://https://host");
    assertThat(SparkSessions.prepared(pods).contains(signal)).isFalse();
    SparkConf given = new SparkConf(false).set("spark.decommission.enabled", "false");
    assertThat(SparkSessions.prepared(given).get("spark.decommission.enabled")).isEqualTo("false");
  }

  private static SparkConf withGpus(String master) {
    return new SparkConf(false)
        .setMaster(master)
        .set("spark.task.resource.gpu.amount", "0.5")
        .set("spark.executor.resource.gpu.amount", "1");
  }
}
