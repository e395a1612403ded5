package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameTemplateTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{dir}/{name}-{n}|x/y/a.jpg|x/y/a-{n}",
        "{dir}/{name}-{n}|a.jpg|a-{n}",
        "{dir}/{name}-{n}|a.tar.JPG|a.tar-{n}",
        "{dir}/{name}-{n}|v1.2|v1.2-{n}",
        "{dir}/{name}|x/a.png|x/a",
        "{name}/{n}|x/a.png|a/{n}",
        "done/{dir}/{id}-{n}|x/a.png|done/x/x%2Fa.png-{n}",
        "{id}-{n}|cat|cat-{n}",
        "{dir}/{name}-{n}|\u732b/\u00fcber (1).png|\u732b/\u00fcber (1)-{n}"
      })
  void placeholdersAreFilledInFromTheId(String template, String id, String name) {
    assertThat(NameTemplate.of(template).name(id)).isEqualTo(name);
  }

  @Test
  void theFullNameTellsRowsApartThatDifferInTheirExtension() {
    assertThat(NameTemplate.MIRROR.fullName("x/a.jpg")).isEqualTo("x/a.jpg-{n}");
    assertThat(NameTemplate.MIRROR.fullName("x/a.png")).isEqualTo("x/a.png-{n}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "..",
        ".",
        "/",
        "a//b",
        "x/",
        "..\\..\\b",
        "C:\\x",
        "a\u0000b\nc",
        "~/x",
        "{n}",
        ".hidden/_x",
        " a "
      })
  void noIdLeavesTheFolderOrHidesAFile(String id) {
    Path folder = Path.of("/out/images");
    for (String template : List.of("{dir}/{name}-{n}", "{id}-{n}", "{dir}/{name}")) {
      String name = NameTemplate.numbered(NameTemplate.of(template).name(id), 0);
      Path path = folder.resolve(name).normalize();
      assertThat(path.startsWith(folder) && !path.equals(folder)).as(name).isTrue();
      assertThat(folder.resolve(name)).isEqualTo(path);
      assertThat(name.split("/")).noneMatch(part -> part.matches("[._~ ].*|.* |"));
    }
  }

  @Test
  void distinctPartsStayDistinct() {
    List<String> ids =
        Stream.of("a b", "a%20b", "a_b", "_b", "%5Fb", "a#b", "a?b", "a:b", "a*b", "a{n}b", "a+b")
            .toList();
    assertThat(ids.stream().map(NameTemplate.of("{id}-{n}")::name)).doesNotHaveDuplicates();
    assertThat(NameTemplate.of("{id}-{n}").name("a#b?{n}%")).isEqualTo("a%23b%3F%7Bn%7D%25-{n}");
  }

  @Test
  void longPartsAreCutAndStayDistinct() {
    NameTemplate template = NameTemplate.MIRROR;
    String one = template.name("\u732b".repeat(170) + "/" + "\u732b".repeat(170));
    String other = template.name("\u732b".repeat(170) + "/" + "\u732b".repeat(169));
    assertThat(one).isNotEqualTo(other);
    for (String part : one.split("/")) {
      assertThat(part.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(240);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/{name}",
        "{name}/",
        "a//{name}",
        "../{name}",
        "./{name}",
        ".{name}",
        "_{name}",
        "{n}",
        "fixed",
        "{dir}-{name}",
        "{name}-{n}-{n}",
        "{nmae}-{n}",
        "{name",
        "name}",
        "{name}\\{n}",
        "{name}#{n}",
        "{name}%20",
        "{name} /{n}"
      })
  void otherTemplatesAreRefused(String template) {
    assertThatThrownBy(() -> NameTemplate.of(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("e");
  }

  @Test
  void aRefusalSaysWhatIsExpected() {
    assertThatThrownBy(() -> NameTemplate.of("{nmae}-{n}"))
        .hasMessage("{nmae} found; {id}, {dir}, {name}, {n}, letters, digits and . _ - / expected");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{dir}/{name}-{n}|x/y/a-0|x/y/a-{n}",
        "{dir}/{name}-{n}|a-12|a-{n}",
        "{dir}/{name}-{n}|a-1-2|a-1-{n}",
        "{n}/{id}|7/a|{n}/a",
        "{dir}/{name}|x/a|x/a"
      })
  void aPathTellsTheNameBehindIt(String template, String path, String name) {
    assertThat(NameTemplate.of(template).nameOf(path)).contains(name);
  }

  @Test
  void aPathOfAnotherFormHasNoName() {
    assertThat(NameTemplate.MIRROR.nameOf("a")).isEmpty();
    assertThat(NameTemplate.of("done/{id}-{n}").nameOf("x/a-0")).isEmpty();
    assertThat(NameTemplate.of("{id}-{n}").nameOf("x/a-0")).isEmpty();
  }
}
