package io.spackle.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.row.RowMask.Part;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaskNamesTest {

  private static final MaskNames NAMES =
      new MaskNames(
          Map.of(
              "text", List.of("text"),
              "clothes", List.of("Background", "Upper-clothes", "Dress"),
              "product", List.of("background", "foreground")));

  @Test
  void anEntryStandsForItsOwnClasses() {
    assertThat(NAMES.resolve("text").parts()).containsExactly(new Part("text", List.of()));
  }

  @Test
  void aClassStandsForTheEntryThatHasIt() {
    assertThat(NAMES.resolve("upper_clothes, dress").parts())
        .containsExactly(new Part("clothes", List.of("upper_clothes", "dress")));
    assertThat(NAMES.resolve("foreground").parts())
        .containsExactly(new Part("product", List.of("foreground")));
  }

  @Test
  void namesOfSeveralEntriesAreSeveralParts() {
    assertThat(NAMES.resolve("text,dress").parts())
        .containsExactly(new Part("text", List.of()), new Part("clothes", List.of("dress")));
  }

  @Test
  void aClassOfSeveralEntriesNeedsTheNameOfOne() {
    assertThatThrownBy(() -> NAMES.resolve("background"))
        .hasMessageContaining("which clothes and product have")
        .hasMessageContaining("clothes: background");
    assertThat(NAMES.resolve("product: background").parts())
        .containsExactly(new Part("product", List.of("background")));
  }

  @Test
  void anUnknownNameGetsTheNamesThatThereAre() {
    assertThatThrownBy(() -> NAMES.resolve("faces"))
        .hasMessageContaining("faces")
        .hasMessageContaining("clothes (Background, Upper-clothes, Dress)")
        .hasMessageContaining("text (text)");
    assertThatThrownBy(() -> NAMES.resolve("text, ")).hasMessageContaining("expected");
    assertThatThrownBy(() -> NAMES.resolve("clothes: faces")).hasMessageContaining("expected");
    assertThatThrownBy(() -> MaskNames.NONE.resolve("text")).hasMessageContaining("there are none");
  }
}
