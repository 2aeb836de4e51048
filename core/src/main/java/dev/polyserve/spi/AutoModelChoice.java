package dev.polyserve.spi;

/// The model that `auto` stands for on this machine, and why.
///
/// @param model the model
/// @param why the reason, as a part of a sentence
public record AutoModelChoice(ModelDefinition model, String why) {
    /// What was chosen: the model, or the inner model of its worker processes.
    public ModelDefinition chosen() {
        return model.execution().inner().orElse(model);
    }

    /// The choice in words: `epoll with 4 event loops: …`.
    @Override
    public String toString() {
        int loops = chosen().execution().loops();
        String with = loops == 0 ? "" : " with " + loops + (loops == 1 ? " event loop" : " event loops");
        return chosen().id() + with + (chosen().equals(model) ? "" : " in each worker process") + ": " + why;
    }
}
