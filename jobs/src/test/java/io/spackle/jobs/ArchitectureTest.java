package io.spackle.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The shape of the driver's side, and of all modules together, which only this one sees. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  private static final JavaClasses ALL_MODULES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.spackle");

  /** Rules over no classes always hold: these floors notice when the import has gone blind. */
  @Test
  void enoughClassesAreSeen() {
    assertThat(CLASSES).isNotEmpty();
    assertThat(ALL_MODULES).hasSizeGreaterThan(CLASSES.size() + 25);
  }

  @Test
  void onlyTheReportHasARoomOfItsOwn() {
    classes().should().resideInAnyPackage("io.spackle.jobs", "io.spackle.report").check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.spackle.report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.spackle.jobs")
        .check(CLASSES);
  }

  /** Split packages would break package-private access, and do break modules and sealed jars. */
  @Test
  void noPackageSpansTwoModules() {
    var modulesByPackage =
        ALL_MODULES.stream()
            .collect(
                groupingBy(JavaClass::getPackageName, mapping(ArchitectureTest::module, toSet())));
    assertThat(modulesByPackage)
        .allSatisfy((name, modules) -> assertThat(modules).as(name).hasSize(1));
  }

  @Test
  void driverLeavesInferenceToExecutors() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnxruntime..", "ai.djl..")
        .check(CLASSES);
  }

  /** The jar or folder of classes that a class was read from. */
  private static String module(JavaClass type) {
    String location = type.getSource().orElseThrow().getUri().toString();
    return location.substring(0, location.lastIndexOf("io/spackle/"));
  }
}
