package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The message for a name that no model has.
class ModelNamesTest {
    @Test
    void shouldKnowModelsByTheirNamesInJava() {
        assertThatThrownBy(() -> Model.named("threads")).hasMessageStartingWith(
                "unknown model 'threads': did you mean thread? Else take one of auto, iterative");
        assertThatThrownBy(() -> Model.named("epollEt")).hasMessageContaining("did you mean epoll-et?");
        assertThatThrownBy(() -> Model.named("fast")).hasMessageStartingWith("unknown model 'fast': take one of");
    }
}
