package dev.polyserve.spi;

import dev.polyserve.Model;

/// The definition of a model: its id, what runs its handlers, and its description; a row of the [ModelTable].
///
/// @param id its id on the command line and in messages
/// @param execution what runs its handlers
/// @param description what helps to choose it
public record ModelDefinition(String id, HandlerExecutionStrategy execution,
        ModelDescription description) implements Model {
    /// The plan of a model.
    public static ModelDefinition of(Model model) {
        return switch (model) {
            case ModelDefinition plan -> plan;
        };
    }

    /// The same model with other numbers.
    public ModelDefinition with(HandlerExecutionStrategy other) {
        return new ModelDefinition(id, other, description);
    }
}
