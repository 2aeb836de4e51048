package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A peer in a process of its own, started by `comparison/peer` as in the comparison.
///
/// **Thread**: its test's.
final class PeerProcess implements AutoCloseable {
    /// The exit status of a peer that this machine cannot run.
    static final int UNUSABLE = 3;
    /// The exit status that a shell and Java report for a process ended by TERM.
    static final int ENDED_BY_TERM = 128 + 15;

    static final String SCRIPT = Path.of(System.getProperty("basedir", ""), "peer").toAbsolutePath().toString();
    private static final Duration START = Duration.ofSeconds(40);
    private static final Duration END = Duration.ofSeconds(20);
    private static final long ATTEMPT_MILLIS = 20;
    /// Below the range of ephemeral ports, so that no other test uses it by chance.
    private static final int LOWEST_PORT = 12_000;
    private static final int HIGHEST_PORT = 32_000;

    private final Process process;
    private final Path log;
    private final InetSocketAddress address;

    private PeerProcess(Process process, Path log, InetSocketAddress address) {
        this.process = process;
        this.log = log;
        this.address = address;
    }

    /// A line of one of the lists of `comparison/peer`.
    ///
    /// @param name of the peer
    /// @param status `ready`, or what is missing
    record Listed(String name, String status) {
        boolean ready() {
            return status.equals("ready");
        }

        /// The language or library, with which the name begins; a peer in C of another kind is not like the first.
        private String family() {
            return name.startsWith("c-") ? name : name.replaceFirst("^((resp-|tls-)?[a-z]+).*", "$1");
        }

        /// Skips the test when the machine lacks a requirement of the peer.
        void requireReady() {
            if (!ready()) {
                skip(name + " is not tested here; " + status);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// The peers of a list that this build tests: all with `-Dfull`, else the first of each language or library.
    static List<Listed> tested(String option) throws IOException, InterruptedException {
        List<Listed> all = list(option);
        if ("full".equals(System.getProperty("polyserve.tests"))) {
            return all;
        }
        Set<String> seen = new HashSet<>();
        return all.stream().filter(peer -> seen.add(peer.family())).toList();
    }

    /// @param option `--list` or another list
    static List<Listed> list(String option) throws IOException, InterruptedException {
        Process lister = command(option).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String lines = new String(lister.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (lister.waitFor() != 0) {
            throw new AssertionError("comparison/peer " + option + " failed");
        }
        return Stream.of(lines.split("\n")).map(line -> line.split("\t")).map(f -> new Listed(f[0], f[1])).toList();
    }

    /// Skips the test when the peer itself has found that this machine cannot run it.
    void requireRunning(Listed listed) {
        if (!alive() && status() == UNUSABLE) {
            assertThat(log()).startsWith("peer: ").hasLineCount(1);
            skip(listed + " is not tested here; " + log());
        }
        assertThat(alive()).as("alive: %s", log()).isTrue();
    }

    /// Also prints the reason, because a skipped test prints nothing by itself.
    private static void skip(String reason) {
        System.out.println("comparison: " + reason);
        abort(reason);
    }

    /// Starts the peer, and returns when it listens or has ended.
    static PeerProcess start(String name) throws IOException, InterruptedException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), freePort());
        Path log = Files.createTempFile("peer-" + name, ".log");
        File logFile = log.toFile();
        Process process = command(name, Integer.toString(address.getPort())).redirectErrorStream(true)
                .redirectOutput(logFile).start();
        var peer = new PeerProcess(process, log, address);
        peer.awaitListening();
        return peer;
    }

    private static ProcessBuilder command(String... arguments) {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(SCRIPT), Stream.of(arguments)).toList());
        // A test's peer lives too shortly to earn back what its optimizing compiler and concurrent collector cost.
        builder.environment().put("PEER_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        return builder;
    }

    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (var probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
                return port;
            } catch (BindException taken) {
                // The port is in use: try the next one.
            }
        }
    }

    private void awaitListening() throws InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!answers()) {
            // There is no event for a listening process, so its port is polled, up to a limit; the end of the process
            // is an event.
            if (process.waitFor(ATTEMPT_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                process.destroyForcibly();
                throw new AssertionError("the peer does not listen after " + START + ": " + log());
            }
        }
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(address);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /// Waits until the port is closed.
    ///
    /// The kernel tears an io_uring down after the process has ended, and with it the listener of a multishot accept. A
    /// connection that is still accepted ends when the teardown is complete, which is the event to wait for.
    void awaitSilence() throws IOException {
        long deadline = System.nanoTime() + END.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try (var socket = new Socket()) {
                socket.setSoTimeout((int) END.toMillis());
                socket.connect(address);
                socket.getInputStream().read();
            } catch (SocketTimeoutException e) {
                break;
            } catch (ConnectException refused) {
                return;
            } catch (SocketException reset) {
                // The listener was closed with this connection in its queue: check again.
            }
        }
        throw new AssertionError("a process listens at " + address + " " + END + " after the peer's end");
    }

    boolean alive() {
        return process.isAlive();
    }

    InetSocketAddress address() {
        return address;
    }

    /// The exit status, once the process has ended.
    int status() {
        return process.exitValue();
    }

    /// The output of the process.
    String log() {
        try {
            return Files.readString(log).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The process and all its descendants.
    List<ProcessHandle> family() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    }

    /// Sends TERM and waits for the end of the process itself.
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the peer is still there " + END + " after TERM: " + log());
        }
    }

    @Override
    public void close() throws IOException {
        family().forEach(ProcessHandle::destroyForcibly);
        Files.deleteIfExists(log);
    }
}
