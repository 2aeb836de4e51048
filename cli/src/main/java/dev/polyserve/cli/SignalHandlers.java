package dev.polyserve.cli;

import dev.polyserve.cli.operation.InitProcessCheck;
import dev.polyserve.linux.process.ExitOnSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Handles signals until it is closed, which restores the previous handlers.
///
/// **Thread**: each signal's action runs on a JVM thread of its own, also while an earlier one still runs.
final class SignalHandlers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SignalHandlers.class.getName());
    /// The signals that end the process by default.
    private static final Set<String> ENDING = Set.of("TERM", "INT");

    private final List<Runnable> undo = new ArrayList<>();
    private final List<Handled> ending = new ArrayList<>();
    /// For process 1, which the default action does not end.
    private final Optional<ExitOnSignal> exit = InitProcessCheck.isThis() ? ExitOnSignal.linked() : Optional.empty();

    private SignalHandlers() {}

    private record Handled(Signal signal, SignalHandler handler) {}

    /// Installs the handlers.
    ///
    /// @param actions the action for each signal name: `TERM`, `INT`, …
    static SignalHandlers on(Map<String, Runnable> actions) {
        SignalHandlers signals = new SignalHandlers();
        actions.forEach(signals::on);
        return signals;
    }

    /// Sets the default action for the signals that end the process, or restores the handlers. In process 1, which has no
    /// default action, these signals call `_exit` instead. Allocates nothing before the first system call.
    void setDefaultAction(boolean isDefault) {
        for (int i = 0; i < ending.size(); i++) {
            Handled handled = ending.get(i);
            if (isDefault && exit.isPresent()) {
                exit.get().at(handled.signal.getNumber());
                continue;
            }
            SignalHandler unused = Signal.handle(handled.signal, isDefault ? SignalHandler.SIG_DFL : handled.handler);
            assert unused != null;
        }
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
        ending.clear();
    }

    private void on(String name, Runnable action) {
        try {
            Signal signal = new Signal(name);
            SignalHandler handler = _ -> action.run();
            SignalHandler before = Signal.handle(signal, handler);
            undo.add(() -> Signal.handle(signal, before));
            if (ENDING.contains(name)) {
                ending.add(new Handled(signal, handler));
            }
        } catch (IllegalArgumentException e) {
            // Not every system has every signal, and the JVM reserves some.
            LOG.log(System.Logger.Level.DEBUG, "the signal " + name + " cannot be used here: " + e.getMessage());
        }
    }
}
