package dev.polyserve;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Finds models by id, and suggests one for an id spelled like its factory: `threadPool`.
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

    /// Normalizes the spelling of a name: without case, separators and the plural count.
    private static String letters(String id) {
        return id.toLowerCase(Locale.ROOT).replaceAll("[-_]|s$", "");
    }
}
