package dev.polyserve.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Listens to signals until it is closed, which puts back what was there before.
///
/// **Thread**: each signal's action runs on a thread of the JVM of its own, also while an earlier one still runs.
final class SignalHandlers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SignalHandlers.class.getName());
    /// Those by which the system ends a process that does not listen.
    private static final Set<String> ENDING = Set.of("TERM", "INT");

    private final List<Runnable> undo = new ArrayList<>();
    private final List<Heard> ending = new ArrayList<>();

    private SignalHandlers() {}

    /// A signal, and what is done then.
    private record Heard(Signal signal, SignalHandler handler) {}

    /// Begins to listen: `TERM`, `INT`, … to what is done then.
    static SignalHandlers on(Map<String, Runnable> actions) {
        SignalHandlers signals = new SignalHandlers();
        actions.forEach(signals::on);
        return signals;
    }

    /// Lets the system end the process by those signals that are to end it, or listens to them again. It allocates nothing before it
    /// has told the system.
    void endsAtOnce(boolean atOnce) {
        for (int i = 0; i < ending.size(); i++) {
            Heard heard = ending.get(i);
            SignalHandler unused = Signal.handle(heard.signal, atOnce ? SignalHandler.SIG_DFL : heard.handler);
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
                ending.add(new Heard(signal, handler));
            }
        } catch (IllegalArgumentException e) {
            // Not every system has every signal, and the JVM keeps some for itself.
            LOG.log(System.Logger.Level.DEBUG, "the signal " + name + " cannot be used here: " + e.getMessage());
        }
    }
}
