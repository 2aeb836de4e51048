package dev.polyserve.spi;

import dev.polyserve.Model;

/// The definition of a model: its id, what runs its handlers, and its description; a row of the [ModelTable].
///
/// @param id its id on the command line and in messages
/// @param execution what runs its handlers
/// @param description what helps to choose it
public record ModelPlan(String id, HandlerExecution execution, ModelDescription description) implements Model {
    /// The plan of a model.
    public static ModelPlan of(Model model) {
        return switch (model) {
            case ModelPlan plan -> plan;
        };
    }

    /// The same model with other numbers.
    public ModelPlan with(HandlerExecution other) {
        return new ModelPlan(id, other, description);
    }
}
