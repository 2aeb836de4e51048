package dev.polyserve.lab;

import dev.polyserve.bench.contender.ProcessOutputTail;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The first process of a server that the lab has started. It ends with the lab, whatever ends that: it reads a pipe that the lab
/// holds open.
///
/// **Thread**: any.
final class LabServerProcess implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final long PROBE_MILLIS = 50;
    private static final int PROBE_TIMEOUT_MILLIS = 1_000;
    /// Runs a command in a session of its own, so that all its processes end together, and a Ctrl-C at the terminal reaches the
    /// lab only. The command ends with the pipe that this reads, and this with the command. The first line is its process.
    private static final String UNTIL_PIPE_ENDS = """
            trap '' HUP INT QUIT
            exec 3<&0
            if command -v setsid > /dev/null; then
                setsid sh -c "$1" < /dev/null > /dev/null 3<&- &
                all=-$!
            else
                sh -c "$1" < /dev/null > /dev/null 3<&- &
                all=$!
            fi
            command=$!
            echo $command
            (while read -r line; do :; done <&3; kill -s TERM -- $all; sleep 1; kill -s KILL -- $all) > /dev/null 2>&1 &
            guard=$!
            wait $command
            status=$?
            [ $all = $command ] || kill -s KILL -- $all 2> /dev/null
            kill -s KILL $guard
            exit $status
            """;

    private final Process process;
    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private final ProcessOutputTail errors;

    private LabServerProcess(Process process) {
        this.process = process;
        ProcessOutputTail output = ProcessOutputTail.of(process.getInputStream(), "a server of the lab",
                this::takeFirst);
        this.errors = ProcessOutputTail.of(process.getErrorStream(), "a server of the lab");
        var _ = process.onExit().thenRunAsync(() -> {
            awaitEnd(output);
            firstLine.completeExceptionally(new IOException("it has ended"));
        });
    }

    private boolean takeFirst(String line) {
        firstLine.complete(line);
        return false;
    }

    /// What a process has written before its end may come a moment after that.
    private static void awaitEnd(ProcessOutputTail output) {
        try {
            boolean _ = output.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Starts a command.
    static LabServerProcess start(List<String> command) throws IOException {
        return new LabServerProcess(new ProcessBuilder(command).start());
    }

    /// Starts a shell's command.
    static LabServerProcess shell(String command) throws IOException {
        return start(List.of("sh", "-c", UNTIL_PIPE_ENDS, "lab", command));
    }

    /// The number in the first line that the process prints.
    ///
    /// @throws LabException when it ends, or prints none in time
    long awaitNumber(String name, Duration atMost) throws LabException, InterruptedException {
        try {
            return Long.parseLong(firstLine.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            awaitEnd(errors);
            throw new LabException(name + " has ended before it served" + said(), e);
        } catch (TimeoutException e) {
            throw new LabException(name + " does not serve after " + atMost.toSeconds() + " s" + said(), e);
        } catch (NumberFormatException e) {
            throw new LabException(name + " began with a line that is no number", e);
        }
    }

    /// Waits until something accepts connections at a port.
    ///
    /// @param pid the process that should
    void awaitListening(String name, long pid, int port, Duration atMost) throws LabException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!isListening(port)) {
            if (LabProcessUsage.hasEnded(pid)) {
                awaitEnd(errors);
                throw new LabException("'" + name + "' has ended before it listened on port " + port
                        + " of 127.0.0.1" + said());
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new LabException("'" + name + "' does not listen on port " + port + " of 127.0.0.1 after "
                        + atMost.toSeconds() + " s" + said() + "; the port stands in the command as {port}");
            }
            Thread.sleep(PROBE_MILLIS);
        }
    }

    private static boolean isListening(int port) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String said() {
        List<String> lines = errors.lines();
        return lines.isEmpty() ? "" : "; it said: " + lines.getLast();
    }

    /// The process id of what was started: for a shell's command, of the shell.
    long pid() {
        return process.pid();
    }

    /// How it has ended, in one sentence, once it has.
    CompletableFuture<String> whenEnded() {
        return process.onExit().thenApplyAsync(ended -> {
            awaitEnd(errors);
            return "it has ended with status " + ended.exitValue() + said();
        });
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close(); // it ends with this pipe
        } catch (IOException e) {
            process.destroy();
        }
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
