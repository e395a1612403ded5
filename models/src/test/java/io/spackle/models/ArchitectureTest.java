package io.spackle.models;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The shape of the engine: tensors below, four independent parts above them, families on top. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** Rules over no classes always hold: this floor notices when the import has gone blind. */
  @Test
  void enoughClassesAreSeen() {
    assertThat(CLASSES).hasSizeGreaterThan(20);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.spackle.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void packagesDependDownwards() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("family")
        .definedBy("io.spackle.family..")
        .layer("safety")
        .definedBy("io.spackle.safety..")
        .layer("image")
        .definedBy("io.spackle.image..")
        .layer("text")
        .definedBy("io.spackle.text..")
        .layer("scheduler")
        .definedBy("io.spackle.scheduler..")
        .layer("graph")
        .definedBy("io.spackle.graph..")
        .layer("tensor")
        .definedBy("io.spackle.tensor..")
        .whereLayer("family")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("safety")
        .mayOnlyBeAccessedByLayers("family")
        .whereLayer("image")
        .mayOnlyBeAccessedByLayers("family", "safety")
        .whereLayer("text")
        .mayOnlyBeAccessedByLayers("family")
        .whereLayer("scheduler")
        .mayOnlyBeAccessedByLayers("family")
        // A tokenizer folder is part of a bundle: what is wrong with it is a BundleException.
        .whereLayer("graph")
        .mayOnlyBeAccessedByLayers("family", "safety", "text")
        .whereLayer("tensor")
        .mayNotAccessAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES);
  }

  @Test
  void engineKnowsNoCluster() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  @Test
  void nativeLibrariesHaveOneDoorEach() {
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
