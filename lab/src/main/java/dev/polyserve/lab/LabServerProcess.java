package dev.polyserve.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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
    /// Runs a command that ends with the pipe: `cat` waits for the end of that. The first line is the command's process.
    private static final String UNTIL_PIPE_ENDS = "sh -c \"exec $1\" < /dev/null > /dev/null & child=$!; echo $child;"
            + " cat > /dev/null; kill $child; wait $child";

    private final Process process;
    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private volatile String lastWords = "";

    private LabServerProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().name("lab-output").start(this::readOutput);
        Thread.ofVirtual().name("lab-errors").start(this::readErrors);
    }

    /// Starts a command.
    static LabServerProcess start(List<String> command) throws IOException {
        return new LabServerProcess(new ProcessBuilder(command).start());
    }

    /// Starts a shell's command.
    static LabServerProcess shell(String command) throws IOException {
        return start(List.of("sh", "-c", UNTIL_PIPE_ENDS, "lab", command));
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = lines.readLine()) != null;) {
                firstLine.complete(line);
            }
            firstLine.completeExceptionally(new IOException("it ended"));
        } catch (IOException e) {
            firstLine.completeExceptionally(e);
        }
    }

    private void readErrors() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null;) {
                if (!line.isBlank()) {
                    lastWords = line.strip();
                }
            }
        } catch (IOException e) {
            // The JDK closes the stream when the process ends.
            assert !process.isAlive();
        }
    }

    /// The number in the first line that the process prints.
    ///
    /// @throws LabException when it ends, or prints none in time
    long awaitNumber(String name, Duration atMost) throws LabException, InterruptedException {
        try {
            return Long.parseLong(firstLine.get(atMost.toMillis(), TimeUnit.MILLISECONDS).strip());
        } catch (ExecutionException e) {
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
            if (ProcessFigures.hasEnded(pid)) {
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
        return lastWords.isEmpty() ? "" : "; it said: " + lastWords;
    }

    /// The process id of what was started: for a shell's command, of the shell.
    long pid() {
        return process.pid();
    }

    /// How it has ended, in one sentence, once it has.
    CompletableFuture<String> whenEnded() {
        return process.onExit().thenApply(ended -> "it has ended with status " + ended.exitValue() + said());
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
