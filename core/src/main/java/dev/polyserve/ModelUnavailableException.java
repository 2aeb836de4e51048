package dev.polyserve;

/// A model cannot run here: the message gives the reason and an alternative.
public final class ModelUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /// Made by the library.
    public ModelUnavailableException(Model model, String why) {
        super("the model " + model.id() + " cannot run here: " + why);
    }
}
