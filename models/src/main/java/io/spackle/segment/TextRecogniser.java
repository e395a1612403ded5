package io.spackle.segment;

import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;

/**
 * A graph that reads lines of text, used only to tell text from textures. Its answers are decoded
 * as those of A. Graves et al., "Connectionist Temporal Classification" (2006): the likeliest
 * symbol of each column, of which repetitions count once and blanks not at all.
 *
 * @param symbols the text of each class of the graph after the first, which is the blank; what lies
 *     beyond them is the space
 */
record TextRecogniser(BatchedGraph graph, List<String> symbols) implements AutoCloseable {

  /**
   * How well lines can be read.
   *
   * @param lines each a {@link TextCrop}, all of one width
   * @return for each line (1, 2): the mean probability of its symbols, 0 to 1, and how many of them
   *     are letters or digits
   */
  List<FloatTensor> run(List<FloatTensor> lines, Cancellation cancellation) {
    return graph.run(lines, cancellation).stream().map(this::legibility).toList();
  }

  private FloatTensor legibility(FloatTensor answer) {
    Shape shape = answer.shape();
    if (shape.rank() != 3) {
      throw new GraphException(
          GraphException.Kind.FAILED,
          "the text recogniser answered with the shape %s, expected [1, columns, symbols]"
              .formatted(shape),
          null);
    }
    int classes = shape.axis(2);
    double sum = 0;
    int count = 0;
    int letters = 0;
    int previous = 0;
    for (int start = 0; start < answer.data().length; start += classes) {
      int best = likeliest(answer.data(), start, classes);
      if (best != 0 && best != previous) {
        sum += answer.data()[start + best];
        count++;
        letters += isLetter(best) ? 1 : 0;
      }
      previous = best;
    }
    return FloatTensor.of(new float[] {(float) (sum / Math.max(1, count)), letters}, 1, 2);
  }

  private static int likeliest(float[] probabilities, int start, int classes) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      best = probabilities[start + i] > probabilities[start + best] ? i : best;
    }
    return best;
  }

  private boolean isLetter(int index) {
    return index <= symbols.size()
        && symbols.get(index - 1).codePoints().allMatch(Character::isLetterOrDigit);
  }

  @Override
  public void close() {
    graph.close();
  }
}
