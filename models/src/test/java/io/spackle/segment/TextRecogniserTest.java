package io.spackle.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.graph.Cancellation;
import io.spackle.graph.ElementType;
import io.spackle.graph.Graph;
import io.spackle.graph.TensorSpec;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How well a line can be read, by what the recogniser's graph answers. */
class TextRecogniserTest {

  private static final List<String> SYMBOLS = List.of("a", "☆", "品");
  private static final int BLANK = 0;
  private static final int SPACE = 4;

  @Test
  void theProbabilityIsTheMeanOfTheSymbols() {
    assertThat(read(column(1, 0.9), column(3, 0.7))[0]).isCloseTo(0.8f, within(1e-5f));
  }

  @Test
  void aSymbolThatGoesOnForColumnsCountsOnceAndBlanksNotAtAll() {
    float[] reading =
        read(column(BLANK, 1), column(1, 0.9), column(1, 0.5), column(BLANK, 0.6), column(1, 0.7));
    assertThat(reading[0]).isCloseTo(0.8f, within(1e-5f));
    assertThat(reading[1]).isEqualTo(2);
  }

  @Test
  void starsAndSpacesAreNoLetters() {
    float[] reading = read(column(2, 0.9), column(SPACE, 0.9), column(3, 0.9));
    assertThat(reading[1]).isEqualTo(1);
  }

  @Test
  void nothingReadIsNothingSure() {
    assertThat(read(column(BLANK, 1), column(BLANK, 1))).containsExactly(0, 0);
  }

  private static float[] read(float[]... columns) {
    float[] all = new float[columns.length * (SPACE + 1)];
    for (int i = 0; i < columns.length; i++) {
      System.arraycopy(columns[i], 0, all, i * (SPACE + 1), SPACE + 1);
    }
    FloatTensor answer = FloatTensor.of(all, 1, columns.length, SPACE + 1);
    BatchedGraph graph = new BatchedGraph(new FixedGraph(answer), "y");
    List<FloatTensor> lines = List.of(FloatTensor.zeros(Shape.of(1, 3, 48, 160)));
    return new TextRecogniser(graph, SYMBOLS).run(lines, new Cancellation()).get(0).data();
  }

  /** The probabilities of a column: one of a symbol, the rest of the blank or of the first. */
  private static float[] column(int symbol, double probability) {
    float[] column = new float[SPACE + 1];
    column[symbol == BLANK ? 1 : BLANK] = (float) (1 - probability) / 2;
    column[symbol] = (float) probability;
    return column;
  }

  private record FixedGraph(FloatTensor answer) implements Graph {

    @Override
    public Map<String, TensorSpec> inputs() {
      return Map.of("x", new TensorSpec("x", ElementType.FLOAT32, List.of(-1L, 3L, -1L, -1L)));
    }

    @Override
    public Map<String, TensorSpec> outputs() {
      return Map.of("y", new TensorSpec("y", ElementType.FLOAT32, List.of(-1L, -1L, -1L)));
    }

    @Override
    public Map<String, FloatTensor> run(
        Map<String, Tensor> inputs, Set<String> read, Cancellation cancellation) {
      return Map.of("y", answer);
    }

    @Override
    public void close() {}
  }
}
