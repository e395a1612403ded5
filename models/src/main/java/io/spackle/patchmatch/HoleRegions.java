package io.spackle.patchmatch;

import io.spackle.image.Mask;
import io.spackle.image.Region;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The parts of an image that are filled on their own: each a group of holes with its surroundings.
 * Parts do not overlap.
 */
final class HoleRegions {

  private static final int TILE = 32;
  private static final int MIN_MARGIN = 128;

  private final Mask mask;
  private final int columns;
  private final int rows;
  private final boolean[] pending; // tiles with a hole that belong to no group yet

  private HoleRegions(Mask mask) {
    this.mask = mask;
    this.columns = (mask.width() + TILE - 1) / TILE;
    this.rows = (mask.height() + TILE - 1) / TILE;
    this.pending = new boolean[columns * rows];
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        if (mask.isMasked(x, y)) {
          pending[y / TILE * columns + x / TILE] = true;
        }
      }
    }
  }

  static List<Region> of(Mask mask) {
    HoleRegions regions = new HoleRegions(mask);
    List<Region> disjoint = new ArrayList<>();
    for (int tile = 0; tile < regions.pending.length; tile++) {
      if (regions.pending[tile]) {
        addMerged(disjoint, regions.withMargin(regions.takeGroup(tile)));
      }
    }
    return disjoint;
  }

  private static void addMerged(List<Region> disjoint, Region added) {
    Region merged = added;
    for (int i = 0; i < disjoint.size(); ) {
      if (overlap(disjoint.get(i), merged)) {
        merged = union(disjoint.remove(i), merged);
        i = 0;
      } else {
        i++;
      }
    }
    disjoint.add(merged);
  }

  /** The bounds, in tiles, of the tiles with a hole that touch each other. */
  private Region takeGroup(int first) {
    Deque<Integer> open = new ArrayDeque<>(List.of(first));
    pending[first] = false;
    Region bounds = null;
    while (!open.isEmpty()) {
      int tile = open.pop();
      int x = tile % columns;
      int y = tile / columns;
      Region own = new Region(x, y, x + 1, y + 1);
      bounds = bounds == null ? own : union(bounds, own);
      for (int row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++) {
        for (int column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
          if (pending[row * columns + column]) {
            pending[row * columns + column] = false;
            open.push(row * columns + column);
          }
        }
      }
    }
    return bounds;
  }

  /** The pixels of a group of tiles and, on each side, as much again. */
  private Region withMargin(Region tiles) {
    int width = (tiles.right() - tiles.left()) * TILE;
    int height = (tiles.bottom() - tiles.top()) * TILE;
    int margin = Math.max(MIN_MARGIN, Math.max(width, height));
    return new Region(
        Math.max(0, tiles.left() * TILE - margin),
        Math.max(0, tiles.top() * TILE - margin),
        Math.min(mask.width(), tiles.right() * TILE + margin),
        Math.min(mask.height(), tiles.bottom() * TILE + margin));
  }

  private static boolean overlap(Region a, Region b) {
    return a.left() < b.right()
        && b.left() < a.right()
        && a.top() < b.bottom()
        && b.top() < a.bottom();
  }

  private static Region union(Region a, Region b) {
    return new Region(
        Math.min(a.left(), b.left()),
        Math.min(a.top(), b.top()),
        Math.max(a.right(), b.right()),
        Math.max(a.bottom(), b.bottom()));
  }
}
