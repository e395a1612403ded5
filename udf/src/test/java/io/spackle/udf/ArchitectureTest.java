package io.spackle.udf;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packages of the executors: rows at the bottom, SQL on top. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** Each package with the packages of this module that it may use. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          entry("row", List.of()),
          entry("spark", List.of()),
          entry("metrics", List.of("row")),
          entry("source", List.of("row")),
          entry("sink", List.of("row")),
          entry("webhook", List.of("row", "source")),
          entry("quarantine", List.of("row", "sink", "spark")),
          entry("lane", List.of("metrics", "quarantine", "row")),
          entry("model", List.of("lane", "metrics", "row", "spark")),
          entry("mask", List.of("lane", "model", "quarantine", "row", "source")),
          entry(
              "pipeline", List.of("lane", "mask", "model", "quarantine", "row", "sink", "source")),
          entry(
              "task",
              List.of(
                  "lane",
                  "mask",
                  "metrics",
                  "model",
                  "pipeline",
                  "quarantine",
                  "row",
                  "sink",
                  "source",
                  "spark",
                  "webhook")),
          entry(
              "conf",
              List.of("lane", "mask", "model", "pipeline", "row", "source", "spark", "task")),
          entry("sql", List.of("conf", "row", "spark", "task")));

  /** Rules over no classes always hold: this fails when the import finds nothing. */
  @Test
  void enoughClassesAreSeen() {
    assertThat(CLASSES).hasSizeGreaterThan(5);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.spackle.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void packagesUseOnlyThoseBelow() {
    LayeredArchitecture rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
    for (String name : ARROWS.keySet()) {
      rule = rule.layer(name).definedBy("io.spackle." + name);
    }
    for (Map.Entry<String, List<String>> arrow : ARROWS.entrySet()) {
      String[] used = arrow.getValue().toArray(String[]::new);
      rule =
          used.length == 0
              ? rule.whereLayer(arrow.getKey()).mayNotAccessAnyLayer()
              : rule.whereLayer(arrow.getKey()).mayOnlyAccessLayers(used);
    }
    rule.ensureAllClassesAreContainedInArchitecture().check(CLASSES);
  }
}
