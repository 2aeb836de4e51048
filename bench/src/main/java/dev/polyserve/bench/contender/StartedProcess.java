package dev.polyserve.bench.contender;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The life of a contender that we started: its first process, and what it says.
///
/// Its processes are a session of their own where the system has `setsid`: then Ctrl-C at the terminal is ours alone, and
/// those whose parent has ended are still found.
///
/// **Thread**: any.
final class StartedProcess implements RunningContender.Life {
    private static final Duration GRACE = Duration.ofSeconds(2);
    /// Java's exit value of a process that a signal ended, and a shell's of a command: this and the signal.
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;
    private static final Map<Integer, String> SIGNALS = Map.of(1, "HUP", 2, "INT", 6, "ABRT", 9, "KILL", 11, "SEGV",
            13, "PIPE", 15, "TERM");

    private final String name;
    private final Process process;
    private final Processes processes;
    private final OutputTail output;
    private final OutputTail errors;
    private final Runnable leftovers;
    /// Set by who has the lock of this.
    private volatile boolean gone;

    private StartedProcess(String name, Process process, Runnable leftovers, Predicate<String> isKept) {
        this.name = name;
        this.process = process;
        this.processes = new Processes(Set.of(process.toHandle()));
        this.leftovers = leftovers;
        this.output = OutputTail.of(process.getInputStream(), name, isKept);
        this.errors = OutputTail.of(process.getErrorStream(), name);
    }

    /// Starts it.
    ///
    /// @param before what stands before the command, to place it
    /// @param place where it is to listen; what was made for it goes with the process
    /// @param isKept is told each line of its output, and says whether it is worth keeping
    static StartedProcess start(String name, List<String> before, List<String> command, FreeEndpoint place,
            Predicate<String> isKept) throws ContenderException {
        List<String> all = new ArrayList<>(before);
        PathLookup.ofThisProcess().find("setsid").ifPresent(all::add);
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectInput(OutputTail.NOTHING);
        builder.environment().putAll(place.environment());
        try {
            return new StartedProcess(name, builder.start(), place.leftovers(), isKept);
        } catch (IOException e) {
            place.leftovers().run();
            throw new ContenderException(name + " cannot be started: " + e.getMessage(), e);
        }
    }

    Processes processes() {
        return processes;
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    @Override
    public Optional<String> ended() {
        return process.isAlive() ? Optional.empty() : Optional.of(name + how(process.exitValue()) + lastWord());
    }

    /// Fails when it has ended, saying how.
    void requireAlive() throws ContenderException, InterruptedException {
        if (!process.isAlive()) {
            awaitLastWords();
            throw new ContenderException(name + how(process.exitValue()) + " before it served" + lastWord());
        }
    }

    /// What to throw when it takes too long.
    ContenderException late(String what, @Nullable Throwable cause) {
        return new ContenderException(name + " " + what + lastWord(), cause);
    }

    @Override
    public List<String> lastWords() {
        List<String> words = errors.lines();
        return words.isEmpty() ? output.lines() : words;
    }

    private String lastWord() {
        List<String> words = lastWords();
        return words.isEmpty() ? ", without a word" : ", and its last words were: " + words.getLast();
    }

    @Override
    public synchronized void close() {
        if (gone) {
            return; // its number may be another process's by now
        }
        gone = processes.end(GRACE);
        // How it ended is known a moment after it has.
        process.onExit().completeOnTimeout(process, GRACE.toMillis(), TimeUnit.MILLISECONDS).join();
        if (gone) {
            leftovers.run(); // not before, or one of them could make it again
        }
    }

    /// Whether [#close] has nothing to do any more.
    boolean isGone() {
        return gone;
    }

    /// What it said may come a moment after its end.
    private void awaitLastWords() throws InterruptedException {
        errors.awaitEnd();
        output.awaitEnd();
    }

    private static String how(int status) {
        int signal = status - SIGNAL_BASE;
        if (signal <= 0 || signal > LAST_SIGNAL) {
            return " exited with status " + status;
        }
        String name = SIGNALS.get(signal);
        return " was ended by signal " + signal + (name == null ? "" : " (" + name + ")");
    }
}
