package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SystemCalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Ends the process when a signal arrives, without a thread and without memory: the signal's handler is the C library's
/// `_exit(2)`, which takes the signal's number as the status.
///
/// Process 1 of a container needs it: the system does not end that process by the default action of a signal
/// (pid_namespaces(7)).
///
/// **Thread**: any.
public final class ExitOnSignal {
    private static final int NO_SIGNAL = 0;

    /// `sighandler_t signal(int signum, sighandler_t handler)`, without its address.
    private final MethodHandle signal;
    private final long exit;

    private ExitOnSignal(MethodHandle signal, long exit) {
        this.signal = signal;
        this.exit = exit;
    }

    /// Links the functions in advance, so that nothing is allocated when there is no memory; empty where these
    /// functions are missing.
    public static Optional<ExitOnSignal> linked() {
        if (SystemCalls.whyNot().isPresent()) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle signal = linker.downcallHandle(linker.defaultLookup().findOrThrow("signal"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        ExitOnSignal linked = new ExitOnSignal(signal, linker.defaultLookup().findOrThrow("_exit").address());
        // A call that the system refuses, so that the function is linked by now.
        linked.at(NO_SIGNAL);
        return Optional.of(linked);
    }

    /// Ends the process, with the signal's number as its status, when that signal arrives from now on.
    ///
    /// @param number of the signal
    public void at(int number) {
        try {
            long _ = (long) signal.invokeExact(number, exit);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("signal threw", thrown);
        }
    }
}
