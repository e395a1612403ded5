package io.spackle.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.bundle.BundleOptions;
import io.spackle.lane.FakeInpainter;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.pipeline.TestImages;
import io.spackle.row.RowReader.SafetyPolicy;
import io.spackle.safety.SafetyOptions;
import io.spackle.spark.FakeTask;
import io.spackle.spark.HadoopConf;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ExecutorModelsTest {

  /** Its devices share the cores and the heap of an executor. */
  @Test
  void theDevicesOfAnExecutorShareItsLimits() {
    try (ExecutorModels models =
        new ExecutorModels((model, device) -> new FakeInpainter(), TestImages.guard())) {
      OpenModel first = open(models, "0");
      OpenModel second = open(models, "1");
      assertThat(first.lane()).isNotSameAs(second.lane());
      assertThat(first.limits()).isSameAs(second.limits());
    }
  }

  private static OpenModel open(ExecutorModels models, String gpu) {
    ModelSettings settings =
        new ModelSettings(
            new ModelSettings.InFolder(
                new ModelSettings.Folder("/no/such/model", "digest", FolderKind.MODEL), null),
            new ModelSettings.Safety(SafetyPolicy.ABSENT, null, new SafetyOptions(List.of(), 0.5)),
            null,
            DeviceChoice.CUDA,
            BundleOptions.NONE);
    return models.get(
        settings,
        TestImages.laneSettings(1, Duration.ZERO),
        HadoopConf.of(new Configuration()),
        new FakeTask().onGpu(gpu));
  }
}
