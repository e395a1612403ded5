package io.spackle.graph;

import io.spackle.bundle.ModelBundle;
import io.spackle.golden.Goldens;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.util.Map;
import java.util.Random;

/** Graphs and inputs shared by the tests of graphs. */
final class Fixtures {

  private Fixtures() {}

  static OrtGraph open(String bundle, String component, int threads) {
    Device cpu = Device.cpu(threads);
    return OrtGraph.open(ModelBundle.open(Goldens.bundle(bundle)).graph(component, cpu), cpu);
  }

  /** Gaussian values from a seed. */
  static FloatTensor noise(long seed, int... axes) {
    Random random = new Random(seed);
    FloatTensor tensor = FloatTensor.zeros(Shape.of(axes));
    for (int i = 0; i < tensor.data().length; i++) {
      tensor.data()[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  /** The inputs of a tiny 9-channel UNet, with latents of 16 x 16. */
  static Map<String, Tensor> unetInputs(long seed, float timestep, int batch) {
    return Map.of(
        "sample", noise(seed, batch, 9, 16, 16),
        "timestep", FloatTensor.of(new float[] {timestep}),
        "encoder_hidden_states", noise(seed + 1, batch, 77, 32));
  }

  /** Token ids of a batch of one. */
  static LongTensor ids() {
    long[] ids = new long[77];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * 37L % 990;
    }
    return LongTensor.of(ids, 1, 77);
  }
}
