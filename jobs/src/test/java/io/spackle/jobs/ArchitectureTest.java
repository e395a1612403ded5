package io.spackle.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static java.util.Map.entry;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packages of this module, and rules on all modules, which only this one depends on. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  private static final JavaClasses ALL_MODULES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.spackle");

  /** Each package with the packages of this module that it may use. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          entry("jobs.files", List.of()),
          entry("jobs.driver", List.of()),
          entry("jobs.lease", List.of("jobs.driver", "jobs.files")),
          entry("report", List.of()),
          entry("jobs.output", List.of("jobs.files", "jobs.lease", "report")),
          entry("jobs.manifest", List.of("jobs.files")),
          entry("jobs.table", List.of("jobs.driver", "jobs.lease", "jobs.output")),
          entry("jobs.conf", List.of("jobs.driver", "jobs.manifest", "jobs.output", "jobs.table")),
          entry(
              "jobs.run",
              List.of(
                  "jobs.conf",
                  "jobs.driver",
                  "jobs.files",
                  "jobs.lease",
                  "jobs.manifest",
                  "jobs.output",
                  "jobs.table",
                  "report")),
          entry(
              "jobs.dryrun",
              List.of("jobs.conf", "jobs.driver", "jobs.manifest", "jobs.output", "jobs.run")),
          entry(
              "jobs.export",
              List.of("jobs.conf", "jobs.driver", "jobs.files", "jobs.manifest", "jobs.output")),
          entry(
              "jobs",
              List.of(
                  "jobs.conf",
                  "jobs.driver",
                  "jobs.dryrun",
                  "jobs.export",
                  "jobs.lease",
                  "jobs.run",
                  "report")));

  /** Rules over no classes always hold: this fails when the import finds nothing. */
  @Test
  void importFindsTheClasses() {
    assertThat(CLASSES).isNotEmpty();
    assertThat(ALL_MODULES).hasSizeGreaterThan(CLASSES.size() + 25);
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

  /** Split packages break package-private access, modules and sealed jars. */
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
  void driverCodeUsesNoInferenceLibrary() {
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
