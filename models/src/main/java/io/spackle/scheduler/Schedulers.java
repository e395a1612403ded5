package io.spackle.scheduler;

import static io.spackle.scheduler.Schedulers.Kind.DIFFUSION;
import static io.spackle.scheduler.Schedulers.Kind.FLOW_MATCHING;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The supported samplers, by their class names in diffusers and scheduler_config.json. */
public enum Schedulers {
  DDPM("DDPMScheduler", DIFFUSION, DdpmScheduler::new),
  DDIM("DDIMScheduler", DIFFUSION, DdimScheduler::new),
  PNDM("PNDMScheduler", DIFFUSION, PndmScheduler::new),
  LMS("LMSDiscreteScheduler", DIFFUSION, LmsScheduler::new),
  EULER("EulerDiscreteScheduler", DIFFUSION, EulerScheduler::new),
  EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", DIFFUSION, EulerAncestralScheduler::new),
  DPM_MULTISTEP("DPMSolverMultistepScheduler", DIFFUSION, DpmMultistepScheduler::new),
  HEUN("HeunDiscreteScheduler", DIFFUSION, HeunScheduler::new),
  KDPM2("KDPM2DiscreteScheduler", DIFFUSION, Kdpm2Scheduler::new),
  DPM_SINGLESTEP("DPMSolverSinglestepScheduler", DIFFUSION, DpmSinglestepScheduler::new),
  KDPM2_ANCESTRAL("KDPM2AncestralDiscreteScheduler", DIFFUSION, Kdpm2AncestralScheduler::new),
  UNIPC("UniPCMultistepScheduler", DIFFUSION, UniPcScheduler::new),
  DEIS("DEISMultistepScheduler", DIFFUSION, DeisScheduler::new),
  LCM("LCMScheduler", DIFFUSION, LcmScheduler::new),
  FLOW_MATCH_EULER("FlowMatchEulerDiscreteScheduler", FLOW_MATCHING, FlowMatchEulerScheduler::new);

  /** The training objective of a model, which determines the samplers that it can run with. */
  public enum Kind {
    /** Noise added with variances beta: Stable Diffusion, SDXL. */
    DIFFUSION,
    /** A velocity on the straight line from image to noise: Flux. */
    FLOW_MATCHING
  }

  private final String className;
  private final Kind kind;
  private final Function<SchedulerConfig, Scheduler> factory;

  Schedulers(String className, Kind kind, Function<SchedulerConfig, Scheduler> factory) {
    this.className = className;
    this.kind = kind;
    this.factory = factory;
  }

  /**
   * The sampler with a name.
   *
   * @param name as in scheduler_config.json, with or without the suffix "Scheduler", in any case
   * @throws IllegalArgumentException if there is none; the message lists the supported names
   */
  public static Schedulers of(String name) {
    return named(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no scheduler '"
                        + name
                        + "', expected one of "
                        + namesOf(List.of(Kind.values()))));
  }

  /** The sampler with a name, empty if there is none. */
  public static Optional<Schedulers> named(String name) {
    return Arrays.stream(values())
        .filter(scheduler -> withoutSuffix(scheduler.className).equals(withoutSuffix(name)))
        .findFirst();
  }

  /** The class names of the samplers for one kind of model, in declaration order. */
  public static List<String> names(Kind kind) {
    return namesOf(List.of(kind));
  }

  /** The class name, such as DDIMScheduler. */
  public String className() {
    return className;
  }

  public Kind kind() {
    return kind;
  }

  /**
   * The sampler with a configuration.
   *
   * @param config may have been saved from another class: classes share keys
   * @throws IllegalArgumentException if a value is not supported; the message has the key, the
   *     value found and the values expected
   */
  public Scheduler create(SchedulerConfig config) {
    return factory.apply(config.forClass(className));
  }

  private static List<String> namesOf(List<Kind> kinds) {
    return Arrays.stream(values())
        .filter(scheduler -> kinds.contains(scheduler.kind))
        .map(Schedulers::className)
        .toList();
  }

  private static String withoutSuffix(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceFirst("scheduler$", "");
  }
}
