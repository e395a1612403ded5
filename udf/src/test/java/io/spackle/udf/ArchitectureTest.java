package io.spackle.udf;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The shape of the executor's side: rows below, sources and sinks, the pipeline, configuration, SQL
 * on top.
 */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  /** Rules over no classes always hold: this floor notices when the import has gone blind. */
  @Test
  void enoughClassesAreSeen() {
    assertThat(CLASSES).hasSizeGreaterThan(5);
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
        .layer("sql")
        .definedBy("io.spackle.sql..")
        .layer("metrics")
        .definedBy("io.spackle.metrics..")
        .layer("conf")
        .definedBy("io.spackle.conf..")
        .layer("stage")
        .definedBy("io.spackle.stage..")
        .layer("webhook")
        .definedBy("io.spackle.webhook..")
        .layer("sink")
        .definedBy("io.spackle.sink..")
        .layer("source")
        .definedBy("io.spackle.source..")
        .layer("row")
        .definedBy("io.spackle.row..")
        .whereLayer("sql")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("metrics")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("conf")
        .mayOnlyBeAccessedByLayers("sql")
        .whereLayer("stage")
        .mayOnlyBeAccessedByLayers("conf", "sql", "metrics")
        .whereLayer("sink")
        .mayOnlyBeAccessedByLayers("stage", "conf", "sql")
        .whereLayer("webhook")
        .mayOnlyBeAccessedByLayers("stage", "conf", "sql")
        .whereLayer("row")
        .mayNotAccessAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(CLASSES);
  }
}
