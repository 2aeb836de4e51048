package dev.polyserve.examples;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.Set;
import java.util.stream.Stream;

/// What can be served from within a test.
final class Here {
    private static final Set<String> WITH_WORKERS = Set.of("process", "process-pool");

    private Here() {}

    /// The models that this machine can run without worker processes: those would run the program of the tests again.
    static Stream<Model> models() {
        return Model.all().stream()
                .filter(model -> !WITH_WORKERS.contains(model.id()) && Server.whyNot(model).isEmpty());
    }
}
