package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.bundle.ModelBundle;
import io.spackle.family.InpaintParameters.Sampling;
import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An image is the same, bit for bit, whichever images share its steps and however often they
 * change: images of any prompt, schedule, strength and guidance join and leave between steps.
 *
 * <p>{@code -Dbatches=2000} takes that many steps with each model.
 */
class RandomBatchesTest {

  private static final int BATCHES = Integer.getInteger("batches", 30);
  private static final int LARGEST_BATCH = 6;
  private static final int MOST_IMAGES = 10;

  /** A row of a manifest. */
  private record Job(InpaintParameters parameters, InpaintInput input) {}

  /** A row that has begun. */
  private record Running(Job job, InpaintState state) {}

  private final Random random = new Random(1);
  private final Cancellation never = new Cancellation();
  private final List<Running> running = new ArrayList<>();
  private final Map<Job, RgbImage> alone = new HashMap<>();
  private int finished;

  @ParameterizedTest
  @CsvSource({
    "tiny-sd15-inpaint, PNDMScheduler EulerAncestralDiscreteScheduler DPMSolverMultistepScheduler",
    "tiny-sd15, DDIMScheduler LCMScheduler KDPM2DiscreteScheduler",
    "tiny-sdxl-inpaint, EulerDiscreteScheduler UniPCMultistepScheduler",
    "tiny-catvton, DDIMScheduler",
    "tiny-flux-fill, FlowMatchEulerDiscreteScheduler"
  })
  void imagesThatJoinAndLeaveBetweenStepsAreThoseThatTheirRowsGiveAlone(
      String bundle, String schedulers) {
    ModelSource source = new ModelSource.Bundle(ModelBundle.open(Goldens.bundle(bundle)));
    try (Inpainter inpainter = Families.open(source, Optional.empty(), Device.cpu(1))) {
      List<Job> jobs = jobs(List.of(schedulers.split(" ")));
      for (int batch = 0; batch < BATCHES; batch++) {
        join(inpainter, jobs);
        step(inpainter, someThatFitTogether());
        leave(inpainter);
      }
      assertThat(finished).isGreaterThan(BATCHES / 10);
    }
  }

  private List<Job> jobs(List<String> schedulers) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String scheduler = schedulers.get(random.nextInt(schedulers.size()));
      Sampling sampling =
          new Sampling(
              2 + random.nextInt(5),
              guidance(),
              random.nextBoolean() ? 1 : 0.6,
              new SchedulerChoice(scheduler, null));
      jobs.add(
          new Job(
              new InpaintParameters(Samples.SIDE, Samples.SIDE, sampling, MaskReduction.MAX, false),
              Samples.input("a cat ".repeat(1 + random.nextInt(30)), i)));
    }
    return jobs;
  }

  /** None, in all steps, or in an interval of them. */
  private GuidanceSchedule guidance() {
    double scale = 2 + random.nextInt(6);
    return switch (random.nextInt(4)) {
      case 0 -> GuidanceSchedule.of(1);
      case 1 -> new GuidanceSchedule(scale, 0, 0.5);
      case 2 -> new GuidanceSchedule(scale, 0.4, 0.8);
      default -> GuidanceSchedule.of(scale);
    };
  }

  private void join(Inpainter inpainter, List<Job> jobs) {
    while (running.isEmpty() || running.size() < MOST_IMAGES && random.nextBoolean()) {
      Job job = jobs.get(random.nextInt(jobs.size()));
      running.add(new Running(job, inpainter.begin(job.parameters(), job.input(), never)));
    }
  }

  private List<Running> someThatFitTogether() {
    Collections.shuffle(running, random);
    Object key = running.get(0).state().batchKey();
    return running.stream()
        .filter(image -> image.state().batchKey().equals(key))
        .limit(1 + random.nextInt(LARGEST_BATCH))
        .toList();
  }

  private void step(Inpainter inpainter, List<Running> batch) {
    List<InpaintState> next = inpainter.step(batch.stream().map(Running::state).toList(), never);
    running.removeAll(batch);
    for (int i = 0; i < batch.size(); i++) {
      running.add(new Running(batch.get(i).job(), next.get(i)));
    }
  }

  /** Some images are cancelled, and those that are done are compared. */
  private void leave(Inpainter inpainter) {
    if (random.nextInt(20) == 0) {
      running.remove(random.nextInt(running.size()));
    }
    for (Running image : running.stream().filter(each -> each.state().isDone()).toList()) {
      running.remove(image);
      RgbImage expected =
          alone.computeIfAbsent(
              image.job(),
              job ->
                  inpainter.inpaint(job.parameters(), List.of(job.input()), never).get(0).image());
      assertThat(inpainter.finish(image.state(), never).image().pixels())
          .as("%s", image.job().parameters())
          .isEqualTo(expected.pixels());
      finished++;
    }
  }
}
