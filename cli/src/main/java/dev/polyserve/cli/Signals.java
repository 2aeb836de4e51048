package dev.polyserve.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Listens to signals until it is closed, which puts back what was there before.
///
/// **Thread**: each signal's action runs on a thread of the JVM of its own, also while an earlier one still runs.
final class Signals implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private final List<Runnable> undo = new ArrayList<>();

    private Signals() {}

    /// Begins to listen: `TERM`, `INT`, … to what is done then.
    static Signals on(Map<String, Runnable> actions) {
        Signals signals = new Signals();
        actions.forEach(signals::on);
        return signals;
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
    }

    private void on(String name, Runnable action) {
        try {
            Signal signal = new Signal(name);
            SignalHandler before = Signal.handle(signal, _ -> action.run());
            undo.add(() -> Signal.handle(signal, before));
        } catch (IllegalArgumentException e) {
            // Not every system has every signal, and the JVM keeps some for itself.
            LOG.log(System.Logger.Level.DEBUG, "the signal " + name + " cannot be used here: " + e.getMessage());
        }
    }
}
