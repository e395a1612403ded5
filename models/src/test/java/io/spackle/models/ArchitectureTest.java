package io.spackle.models;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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

/** The packages of the engine: tensors at the bottom, model families on top. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** The packages of this module that each package may use. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          entry("tensor", List.of()),
          entry("graph", List.of("tensor")),
          entry("onnx", List.of("graph")),
          entry("bundle", List.of("graph", "onnx")),
          entry("scheduler", List.of("tensor")),
          entry("text", List.of("graph")),
          entry("image", List.of("tensor")),
          entry("binary", List.of()),
          entry("metadata", List.of("binary", "image")),
          entry("provenance", List.of("metadata")),
          entry("codec", List.of("binary", "image", "metadata")),
          entry("patchmatch", List.of("graph", "image")),
          entry("preprocess", List.of("image", "tensor")),
          entry("safety", List.of("bundle", "graph", "image", "preprocess", "tensor")),
          entry(
              "quality",
              List.of("bundle", "graph", "image", "onnx", "preprocess", "tensor", "text")),
          entry("segment", List.of("bundle", "graph", "image", "onnx", "preprocess", "tensor")),
          entry(
              "family",
              List.of(
                  "bundle",
                  "graph",
                  "image",
                  "onnx",
                  "patchmatch",
                  "safety",
                  "scheduler",
                  "tensor",
                  "text")));

  /** Rules hold for an empty set of classes: this fails if none was imported. */
  @Test
  void classesAreImported() {
    assertThat(CLASSES).hasSizeGreaterThan(20);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.spackle.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void packagesUseOnlyPermittedPackages() {
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

  @Test
  void engineDoesNotDependOnAClusterFramework() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void eachNativeLibraryIsUsedByOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.spackle.graph..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.spackle.text..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(CLASSES);
  }
}
