package io.spackle.pipeline;

import io.spackle.family.Inpainter;
import io.spackle.graph.Cancellation;
import io.spackle.lane.InpaintLane;
import io.spackle.lane.Lane;
import io.spackle.lane.LaneSettings;
import io.spackle.mask.RowMasks;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings;
import io.spackle.model.OpenModel;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import io.spackle.source.FetchSettings;
import io.spackle.source.ImageSource;
import io.spackle.source.ImageSources;
import io.spackle.source.ProxySetting;
import io.spackle.source.RequestHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A task with a model that costs nothing, for measurements.
 *
 * @param sink of the images
 * @param batch images per batch
 * @param fetches rows that fetch at the same time
 */
record NullTask(Inpainter inpainter, ImageSink sink, int batch, int fetches) {

  /** The addresses that photos may come from. */
  static final List<String> HOSTS = List.of("127.0.0.1", "127.0.0.2");

  /** Rows per second until the last row that succeeds; others are not counted. */
  double speed(List<ManifestRow> rows, FlightControl flight) {
    long start = System.nanoTime();
    try (ImageSource source = ImageSources.open(fetchSettings(), new Configuration());
        OpenModel model = model()) {
      RowPipeline pipeline = pipeline(model, source, flight);
      long done = 0;
      long last = start;
      try (RowWindow<ManifestRow, Outcome> window =
          new RowWindow<>(
              rows.iterator(), row -> pipeline.run(row, Optional.empty()), flight, () -> false)) {
        while (window.hasNext()) {
          if (window.next() instanceof Outcome.Succeeded) {
            done++;
            last = System.nanoTime();
          }
        }
      }
      return done * 1e9 / (last - start);
    }
  }

  private RowPipeline pipeline(OpenModel model, ImageSource source, FlightControl flight) {
    ImageSettings settings = TestImages.settings();
    return new RowPipeline(
        model,
        new RowInputs(source, new RowMasks(settings.masks(), settings.limits(), none -> null)),
        new RowOutputs(
            ImageWriter.toFiles(sink, new ImageKeys(1)),
            new PreviewWriter((key, bytes) -> key, 0),
            Optional.empty(),
            QualityCheck.NONE),
        settings,
        new RowPipeline.Task(new Cancellation(), flight));
  }

  private OpenModel model() {
    LaneSettings lane =
        new LaneSettings(batch, Duration.ofMillis(200), fetches, null, Duration.ofHours(1));
    return new OpenModel(
        inpainter,
        new ModelSettings.InFolder(
            new ModelSettings.Folder("model", "digest", ModelSettings.FolderKind.MODEL), null),
        new Lane<>(new InpaintLane(inpainter), lane, TestImages.guard(), new ExecutorMetrics()),
        lane.limits());
  }

  private FetchSettings fetchSettings() {
    return new FetchSettings(
        Duration.ofSeconds(30),
        1 << 24,
        3,
        Math.max(1, fetches / 2),
        new FetchSettings.AllowLists(List.of(), List.of(), HOSTS),
        new FetchSettings.RequestSettings(RequestHeaders.NONE, null, ProxySetting.of("none")));
  }
}
