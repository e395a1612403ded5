package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.dryrun.PlanResult;
import io.spackle.jobs.run.ExitCode;
import io.spackle.jobs.run.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Python package, whose own tests are in python/test, reads what the commands print. */
class PythonPackageTest {

  private static final Path SOURCE = Path.of("../python/src/spackle/results.py");

  @Test
  void theResultOfARunHasTheFieldsOfTheClosingLine() throws IOException {
    String line = Summary.empty(ExitCode.DONE, "out", Duration.ZERO).line();
    Map<?, ?> fields = new ObjectMapper().readValue(line, Map.class);
    assertThat(fieldsOf("RunResult")).hasSameElementsAs(names(fields));
  }

  @Test
  void theResultOfAPlanHasTheFieldsOfTheClosingLine() throws IOException {
    List<String> fields = names(PlanResult.EMPTY.fields());
    fields.addAll(List.of("status", "seconds", "output")); // of all commands
    assertThat(fieldsOf("PlanResult")).hasSameElementsAs(fields);
  }

  private static List<String> names(Map<?, ?> fields) {
    return new ArrayList<>(fields.keySet().stream().map(String::valueOf).toList());
  }

  private static List<String> fieldsOf(String dataclass) throws IOException {
    Pattern body = Pattern.compile("(?ms)^class " + dataclass + ":$(.*?)(?=^\\S|\\z)");
    String fields =
        body.matcher(Files.readString(SOURCE))
            .results()
            .map(MatchResult::group)
            .findFirst()
            .orElseThrow();
    return Pattern.compile("(?m)^    (\\w+): ")
        .matcher(fields)
        .results()
        .map(field -> field.group(1))
        .toList();
  }
}
