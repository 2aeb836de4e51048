package dev.polyserve.spi;

/// The model that stands in for `auto` on this machine, and why.
///
/// @param model the model
/// @param why the reason, as a part of a sentence
public record ModelChoice(ModelPlan model, String why) {
    /// The choice in words: `epoll with 4 event loops: …`.
    @Override
    public String toString() {
        ModelPlan runs = model.execution().inner().orElse(model);
        int loops = runs.execution().loops();
        String with = loops == 0 ? "" : " with " + loops + (loops == 1 ? " event loop" : " event loops");
        return runs.id() + with + (runs.equals(model) ? "" : " in each worker process") + ": " + why;
    }
}
