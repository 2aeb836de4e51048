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

/// A contender process that the benchmark started: its root process and its output.
///
/// Where the system has `setsid`, its processes form a session of their own. Then Ctrl-C at the terminal reaches only
/// the benchmark, and orphaned processes are still found.
///
/// **Thread**: any.
final class ContenderRootProcess implements RunningContender.Lifecycle {
    /// The signal by which a JVM suspends threads, as flight recordings do for samples. By default that is USR2, which
    /// restarts a server.
    private static final String SUSPEND_SIGNAL = "_JAVA_SR_SIGNUM";
    /// How long the exit status may take to become available.
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(2);
    /// Java's exit value of a process that a signal ended, and a shell's: this base plus the signal.
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;
    private static final Map<Integer, String> SIGNALS = Map.of(1, "HUP", 2, "INT", 6, "ABRT", 9, "KILL", 11, "SEGV",
            13, "PIPE", 15, "TERM");

    private final String name;
    private final Process process;
    private final ContenderProcesses processes;
    private final ProcessOutputTail output;
    private final ProcessOutputTail errors;
    private final Runnable cleanup;
    private final Duration endTimeout;
    /// Written under the lock of this.
    private volatile boolean gone;

    private ContenderRootProcess(String name, Process process, Runnable cleanup, Duration endTimeout,
            Predicate<String> isKept) {
        this.name = name;
        this.endTimeout = endTimeout;
        this.process = process;
        this.processes = new ContenderProcesses(Set.of(process.toHandle()));
        this.cleanup = cleanup;
        this.output = ProcessOutputTail.of(process.getInputStream(), name, isKept);
        this.errors = ProcessOutputTail.of(process.getErrorStream(), name);
    }

    /// Starts the process.
    ///
    /// @param prefix words before the command, to pin the process
    /// @param free the endpoint to listen on; its files are removed with the process
    /// @param endTimeout how long it may take to end after TERM, before it is killed
    /// @param isKept receives each line of its output, and returns true for a line to keep
    static ContenderRootProcess start(String name, List<String> prefix, List<String> command, FreeEndpoint free,
            Duration endTimeout, Predicate<String> isKept) throws ContenderException {
        List<String> all = new ArrayList<>(prefix);
        ExecutableLookup.ofThisProcess().find("setsid").ifPresent(all::add);
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectInput(ProcessOutputTail.EMPTY_INPUT);
        builder.environment().putAll(free.environment());
        builder.environment().putIfAbsent(SUSPEND_SIGNAL, "63");
        try {
            return new ContenderRootProcess(name, builder.start(), free.cleanup(), endTimeout, isKept);
        } catch (IOException e) {
            free.cleanup().run();
            throw new ContenderException(name + " cannot be started: " + e.getMessage(), e);
        }
    }

    ContenderProcesses processes() {
        return processes;
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    @Override
    public Optional<String> ended() {
        return process.isAlive() ? Optional.empty() : Optional.of(name + exitText(process.exitValue()) + lastLine());
    }

    /// Throws when the process has ended, with its exit status.
    void requireAlive() throws ContenderException, InterruptedException {
        if (!process.isAlive()) {
            awaitOutput();
            throw new ContenderException(name + exitText(process.exitValue()) + " before it served" + lastLine());
        }
    }

    /// The exception for a process that is not ready in time.
    ContenderException timedOut(String what, @Nullable Throwable cause) {
        return new ContenderException(name + " " + what + lastLine(), cause);
    }

    @Override
    public List<String> lastOutput() {
        List<String> words = errors.lines();
        return words.isEmpty() ? output.lines() : words;
    }

    private String lastLine() {
        List<String> words = lastOutput();
        return words.isEmpty() ? ", with no output" : "; its last output was: " + words.getLast();
    }

    @Override
    public synchronized void close() {
        if (gone) {
            return; // another process may have its id by now
        }
        gone = processes.end(endTimeout);
        // The exit status becomes available a moment after the exit.
        process.onExit().completeOnTimeout(process, EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).join();
        if (gone) {
            cleanup.run(); // only now: a running process could create the file again
        }
    }

    /// True when [#close] has nothing left to do.
    boolean isGone() {
        return gone;
    }

    /// Output may arrive a moment after the process ends.
    private void awaitOutput() throws InterruptedException {
        errors.awaitEnd();
        output.awaitEnd();
    }

    private static String exitText(int status) {
        int signal = status - SIGNAL_BASE;
        if (signal <= 0 || signal > LAST_SIGNAL) {
            return " exited with status " + status;
        }
        String name = SIGNALS.get(signal);
        return " was ended by signal " + signal + (name == null ? "" : " (" + name + ")");
    }
}
