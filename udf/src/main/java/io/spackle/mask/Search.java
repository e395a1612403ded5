package io.spackle.mask;

import io.spackle.codec.SourceImage;
import io.spackle.graph.GraphException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;
import io.spackle.model.OpenSegmenter;
import io.spackle.model.Segmenters;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.segment.SegmentRule;
import io.spackle.segment.Segmenter;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.segment.SegmenterKind;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The search of segmenters in one image.
 *
 * @param cores for what is computed on this thread; none is held while a segmenter runs
 * @param marker of a row that must be alone in a model, else empty
 */
record Search(
    SourceImage init,
    InFlightLimits cores,
    Optional<Supplier<Marker>> marker,
    Segmenters segmenters) {

  private static final int WHITE = 0xFFFFFF;
  private static final int BLACK = 0;

  /**
   * The mask by an entry.
   *
   * @param classes in place of the entry's; empty for those
   */
  Mask mask(MaskEntry entry, List<String> classes) throws InterruptedException {
    OpenSegmenter open = segmenters.get(entry.segmenter());
    SegmentRule rule = classes.isEmpty() ? entry.rule() : entry.rule().withClasses(classes);
    List<Answered> versions = new ArrayList<>();
    for (int ground : grounds(entry.traits().kind())) {
      versions.add(answered(entry, open, ground));
    }
    return read(entry, () -> open.segmenter().mask(versions, rule));
  }

  private Answered answered(MaskEntry entry, OpenSegmenter open, int ground)
      throws InterruptedException {
    RgbImage image = cores.onCore(() -> init.rgbOn(ground));
    List<FloatTensor> inputs = cores.onCore(() -> open.segmenter().inputs(image));
    List<FloatTensor> answers = run(open, Segmenter.Step.FIND, inputs);
    List<FloatTensor> lines = read(entry, () -> open.segmenter().lines(answers, image));
    return new Answered(image, answers, run(open, Segmenter.Step.READ, lines));
  }

  /** Reads answers on a core of this thread. */
  private <T> T read(MaskEntry entry, InFlightLimits.Interruptible<T> reading)
      throws InterruptedException {
    try {
      return cores.onCore(reading);
    } catch (GraphException e) {
      throw new RowException(ErrorCode.MODEL_OUTPUT, entry.name() + ": " + e.getMessage(), e);
    }
  }

  private List<FloatTensor> run(OpenSegmenter open, Segmenter.Step step, List<FloatTensor> inputs)
      throws InterruptedException {
    List<CompletableFuture<Lane.Result<FloatTensor>>> running = new ArrayList<>();
    try {
      inputs.forEach(input -> running.add(submit(open, step, input)));
      List<FloatTensor> answers = new ArrayList<>();
      for (CompletableFuture<Lane.Result<FloatTensor>> answer : running) {
        answers.add(answer.get().image());
      }
      return answers;
    } catch (ExecutionException e) {
      throw Lane.causeOf(e);
    } finally {
      running.forEach(answer -> answer.cancel(false));
    }
  }

  /** White text shows on black only, and black text on white only. */
  private List<Integer> grounds(SegmenterKind kind) {
    boolean isTransparent = init.opaque().isPresent();
    return kind == SegmenterKind.TEXT && isTransparent
        ? List.of(WHITE, BLACK)
        : List.of(init.background());
  }

  private CompletableFuture<Lane.Result<FloatTensor>> submit(
      OpenSegmenter open, Segmenter.Step step, FloatTensor input) {
    Segmenter.Batch batch = new Segmenter.Batch(step, input.shape());
    return marker.isPresent()
        ? open.lane().submitAlone(batch, input, marker.get())
        : open.lane().submit(batch, input);
  }
}
