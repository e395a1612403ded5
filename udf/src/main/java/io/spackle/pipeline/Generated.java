package io.spackle.pipeline;

import io.spackle.codec.EncodedImage;
import io.spackle.codec.OutputOptions;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Note;
import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.Lane;
import io.spackle.row.ModelShare;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The output of the model for one row.
 *
 * @param outputs one per sample
 * @param notes of the model
 * @param flagged per sample, whether the safety checker flagged it; empty if none was asked for
 * @param share the row's part of the calls into the model
 */
record Generated(List<Output> outputs, Set<Note> notes, List<Boolean> flagged, ModelShare share) {

  /**
   * One output; it is pasted back when it is requested.
   *
   * @param alpha of the masked region, if the model filled it
   * @param isReplaced whether the image is black because the safety checker flagged it
   */
  record Output(Supplier<RgbImage> image, Supplier<Optional<Mask>> alpha, boolean isReplaced) {

    /** Encodes the requested image; nothing of the init image is in one that is replaced. */
    EncodedImage encode(RgbImage requested, FramedRow framed, OutputOptions options) {
      return isReplaced
          ? framed.source().encodeReplacement(requested, options)
          : framed.source().encode(requested, framed.frame(), alpha.get(), options);
    }
  }

  /** No output. */
  static final Generated NOTHING = new Generated(List.of(), Set.of(), List.of(), ModelShare.NONE);

  /** The outputs of a row whose mask is empty: copies of its init image. */
  static Generated unchanged(FramedRow framed) {
    Output copy = new Output(framed.frame()::untouched, Optional::empty, false);
    int samples = framed.row().parameters().samples();
    return new Generated(Collections.nCopies(samples, copy), Set.of(), List.of(), ModelShare.NONE);
  }

  /**
   * The outputs of finished samples.
   *
   * @throws ExecutionException if one failed
   * @throws InterruptedException if the thread is interrupted
   */
  static Generated of(FramedRow framed, List<LaneSample> samples)
      throws ExecutionException, InterruptedException {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    ModelShare share = ModelShare.NONE;
    List<Output> outputs = new ArrayList<>();
    List<Boolean> flagged = new ArrayList<>();
    for (LaneSample sample : samples) {
      Lane.Result<InpaintedImage> result = sample.image().get();
      notes.addAll(result.image().notes());
      share = share.plus(result.share());
      Optional<InpaintedImage> alpha = Optional.empty();
      if (sample.alpha().isPresent()) {
        Lane.Result<InpaintedImage> filled = sample.alpha().get().get();
        share = share.plus(filled.share());
        alpha = Optional.of(filled.image());
      }
      outputs.add(output(framed, result.image(), alpha));
      if (framed.row().safetyChecker()) {
        flagged.add(result.image().isFlagged());
      }
    }
    return new Generated(outputs, notes, flagged, share);
  }

  private static Output output(
      FramedRow framed, InpaintedImage image, Optional<InpaintedImage> alpha) {
    Frame frame = framed.frame();
    return new Output(
        () -> image.output(frame),
        () -> alpha.map(filled -> filled.output(framed.alpha().orElseThrow()).luma()),
        image.isFlagged());
  }
}
