package io.spackle.patchmatch;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;
import java.util.List;

/**
 * The filling of holes with patches of the same image: coarse-to-fine optimisation of the
 * similarity between the patches over the hole and known ones, after Y. Wexler, E. Shechtman, M.
 * Irani, "Space-Time Completion of Video" (2007).
 *
 * <p>Fills of one request are bit-identical for any number of threads. An object may be used by
 * several threads at once.
 */
public final class PatchMatchFill {

  /** To be raised whenever the same request may give another fill: it is part of row keys. */
  public static final int VERSION = 1;

  /** Rounds of search and vote at the finest level, the next one and all others. */
  private static final int[] ROUNDS = {2, 3, 5};

  /** Dominant offsets tried per patch and sweep after the first. */
  private static final int OFFSET_TRIALS = 4;

  /** How far votes count from a patch's centre, in pixels: within a level, and at the very end. */
  private static final double WIDE = 2.0;

  private static final double FIRST = 1.5;
  private static final double SHARP = 1.0;

  private final int threads;

  /**
   * A filler.
   *
   * @param threads at least 1, the caller's included
   */
  public PatchMatchFill(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads, expected at least 1");
    }
    this.threads = threads;
  }

  /**
   * The image with its hole filled.
   *
   * @param cancellation checked every few milliseconds
   * @return of the same size; pixels outside the hole are bit-identical
   * @throws IllegalArgumentException if no pixel may be copied
   * @throws java.util.concurrent.CancellationException if cancelled
   */
  public RgbImage fill(FillRequest request, Cancellation cancellation) {
    RgbImage image = request.image();
    byte[] filled = image.pixels().clone();
    try (Workers workers = new Workers(threads, cancellation)) {
      for (Region region : regions(request)) {
        Level level = request.level(region);
        fill(level, request.seed(), workers);
        request.write(level, region, filled);
      }
    }
    return new RgbImage(image.width(), image.height(), filled);
  }

  /** The parts to fill on their own; the image as one part if some have too little to copy. */
  private static List<Region> regions(FillRequest request) {
    List<Region> regions = HoleRegions.of(request.hole());
    for (Region region : regions) {
      if (!request.hasEnoughSources(region)) {
        Mask hole = request.hole();
        return List.of(new Region(0, 0, hole.width(), hole.height()));
      }
    }
    return regions;
  }

  private static void fill(Level finest, long seed, Workers workers) {
    if (finest.count(Level.SOURCE) == 0) {
      throw new IllegalArgumentException(
          "the mask, the exclusion and the transparent pixels leave no pixel to copy; leave part of"
              + " the image unmasked, or exclude less of it");
    }
    List<Level> pyramid = finest.pyramid(workers);
    int coarsest = pyramid.size() - 1;
    NearestField field = NearestField.overHole(pyramid.get(coarsest), workers);
    Offsets offsets = Offsets.of(field, seed, workers);
    new FirstGuess(field, offsets, seed, workers).fill();
    improve(field, offsets, coarsest, seed, workers);
    for (int depth = coarsest - 1; depth >= 0; depth--) {
      NearestField coarse = field;
      field = NearestField.overHole(pyramid.get(depth), workers);
      offsets = offsets.doubled(field, workers);
      field.level().enlarge(coarse.level(), workers);
      field.upsample(coarse, workers);
      improve(field, offsets, depth, seed, workers);
    }
    if (field.radius() > 0) {
      SeamBlend.apply(field, workers);
    }
  }

  /** Searches and votes in turn until the patches over the hole agree. */
  private static void improve(
      NearestField field, Offsets offsets, int depth, long seed, Workers workers) {
    if (field.radius() == 0) {
      return; // too little is known for patches: the estimate at half the size has to do
    }
    PatchSearch search = new PatchSearch(field, offsets, 0, seed - depth, workers);
    Voting voting = new Voting(field, workers);
    voting.vote(FIRST);
    int rounds = ROUNDS[Math.min(depth, ROUNDS.length - 1)];
    for (int round = 0; round < rounds; round++) {
      search.sweep(round == 0 ? offsets.size() : OFFSET_TRIALS);
      search.sweep(OFFSET_TRIALS);
      voting.vote(depth == 0 && round == rounds - 1 ? SHARP : WIDE);
    }
  }
}
