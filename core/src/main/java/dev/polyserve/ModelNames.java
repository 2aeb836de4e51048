package dev.polyserve;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The names of models: as they are written outside of Java, and the factories of [Model] whose names differ from them.
final class ModelNames {
    private static final Map<String, String> OF_FACTORIES = Map.of("threads", "thread", "threadPool", "thread-pool",
            "virtualThreads", "virtual", "processPerConnection", "process", "processPool", "process-pool",
            "epollEdgeTriggered", "epoll-et", "ioUring", "io_uring");

    private ModelNames() {}

    static Model named(String id, List<Model> all) {
        return all.stream().filter(model -> model.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown model '" + id + "': "
                        + Optional.ofNullable(OF_FACTORIES.get(id)).map(name -> "did you mean " + name + "? Else ")
                                .orElse("")
                        + "take one of " + String.join(", ", all.stream().map(Model::id).toList())));
    }
}
