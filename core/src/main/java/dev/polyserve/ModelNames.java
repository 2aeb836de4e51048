package dev.polyserve;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Finds models by their ids, and the one that is meant by an id written as the name of its factory: `threadPool`.
final class ModelNames {
    private ModelNames() {}

    static Model named(String id, List<Model> all) {
        return all.stream().filter(model -> model.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown model '" + id + "': "
                        + meant(id, all).map(model -> "did you mean " + model.id() + "? Else ").orElse("")
                        + "take one of " + String.join(", ", all.stream().map(Model::id).toList())));
    }

    private static Optional<Model> meant(String id, List<Model> all) {
        return all.stream().filter(model -> letters(model.id()).equals(letters(id))).findFirst();
    }

    /// What two spellings of a name have in common: neither case, separators nor the plural count.
    private static String letters(String id) {
        return id.toLowerCase(Locale.ROOT).replaceAll("[-_]|s$", "");
    }
}
