package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.spackle.jobs.run.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in conf/cluster/kubernetes against Kubernetes' schema, which has these classes. */
class KubernetesFilesTest {

  private static final Path FILES = Path.of("../conf/cluster/kubernetes");

  private static final Map<String, Class<? extends KubernetesResource>> KINDS =
      Map.of(
          "Pod", Pod.class,
          "ServiceAccount", ServiceAccount.class,
          "Role", Role.class,
          "RoleBinding", RoleBinding.class,
          "Job", Job.class);

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(new KnownPropertiesOnly())
          .build();

  /** Without the places where the classes keep properties that the schema lacks. */
  private static final class KnownPropertiesOnly extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"job.yaml", "driver-pod.yaml", "executor-pod.yaml"})
  void filesFollowTheSchema(String file) throws IOException {
    assertThat(resources(Files.readString(FILES.resolve(file)))).isNotEmpty();
  }

  @Test
  void misspelledPropertyIsFound() throws IOException {
    String file = Files.readString(FILES.resolve("job.yaml"));
    assertThatThrownBy(() -> resources(file.replace("backoffLimit", "backOffLimit")))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("backOffLimit");
  }

  @Test
  void jobMaySeeAndStartWhatItsRoleAllows() throws IOException {
    List<KubernetesResource> resources = resources(Files.readString(FILES.resolve("job.yaml")));
    String account = only(resources, ServiceAccount.class).getMetadata().getName();
    RoleBinding binding = only(resources, RoleBinding.class);
    assertThat(only(resources, Job.class).getSpec().getTemplate().getSpec().getServiceAccountName())
        .isEqualTo(account);
    assertThat(binding.getSubjects().get(0).getName()).isEqualTo(account);
    assertThat(binding.getRoleRef().getName())
        .isEqualTo(only(resources, Role.class).getMetadata().getName());
  }

  /** Another attempt helps after a lost machine, and not after a mistake in the configuration. */
  @Test
  void jobIsNotTriedAgainWhenAPersonMustLook() throws IOException {
    Job job = only(resources(Files.readString(FILES.resolve("job.yaml"))), Job.class);
    assertThat(job.getSpec().getPodFailurePolicy().getRules().get(0).getOnExitCodes().getValues())
        .containsExactly(ExitCode.REFUSED.code(), ExitCode.FAILURES.code());
  }

  @Test
  void jobMountsWhatItsArgumentsName() throws IOException {
    Job job = only(resources(Files.readString(FILES.resolve("job.yaml"))), Job.class);
    var driver = job.getSpec().getTemplate().getSpec().getContainers().get(0);
    List<String> mounts = driver.getVolumeMounts().stream().map(m -> m.getMountPath()).toList();
    assertThat(driver.getArgs())
        .filteredOn(argument -> argument.contains("/etc/"))
        .hasSize(2)
        .allSatisfy(argument -> assertThat(mounts).anyMatch(m -> argument.contains(m + "/")));
  }

  private static List<KubernetesResource> resources(String file) throws IOException {
    List<KubernetesResource> resources = new ArrayList<>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(file)) {
      while (documents.hasNextValue()) {
        JsonNode document = documents.nextValue();
        resources.add(YAML.treeToValue(document, KINDS.get(document.get("kind").asText())));
      }
    }
    return resources;
  }

  private static <T> T only(List<KubernetesResource> resources, Class<T> kind) {
    List<T> found = resources.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
