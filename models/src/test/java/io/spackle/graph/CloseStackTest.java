package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {

  private final List<String> closed = new ArrayList<>();

  @Test
  void resourcesAreClosedOnceInReverseOrder() {
    CloseStack stack = new CloseStack();
    stack.push(resource("a"));
    stack.push(resource("b"));
    stack.close();
    stack.close();
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void allResourcesAreClosedIfSomeFail() {
    CloseStack stack = new CloseStack();
    stack.push(resource("a"));
    stack.push(failing(new IOException("second")));
    stack.push(resource("b"));
    stack.push(failing(new IllegalArgumentException("first")));
    assertThatThrownBy(stack::close)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasRootCauseInstanceOf(IOException.class));
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void resourcesOpenedBeforeAFailureAreClosed() {
    assertThatThrownBy(
            () -> {
              try (CloseStack opening = new CloseStack()) {
                opening.push(resource("a"));
                opening.push(resource("b"));
                throw new IllegalStateException("no memory for c");
              }
            })
        .hasMessage("no memory for c");
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void releasedResourcesBelongToTheNewStack() {
    CloseStack owner;
    try (CloseStack opening = new CloseStack()) {
      opening.push(resource("a"));
      opening.push(resource("b"));
      owner = opening.release();
    }
    assertThat(closed).isEmpty();
    owner.close();
    assertThat(closed).containsExactly("b", "a");
  }

  private AutoCloseable resource(String name) {
    return () -> closed.add(name);
  }

  private static AutoCloseable failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }
}
