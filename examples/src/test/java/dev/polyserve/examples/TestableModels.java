package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.Set;
import java.util.stream.Stream;

/// The models that the tests can run.
final class TestableModels {
    private static final Set<String> WITH_WORKERS = Set.of("process", "process-pool");

    private TestableModels() {}

    /// The models that run here without worker processes, which would run the program of the tests again.
    static Stream<Model> models() {
        return Model.all().stream()
                .filter(model -> !WITH_WORKERS.contains(model.id()) && Server.whyNot(model).isEmpty());
    }
}
