package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Fault 38: each signal while the server starts, serves and drains, as in the table of the guide on operation.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SignalsTest {
    private static final int BURST = 1000;
    private static final Duration A_WHILE = Duration.ofSeconds(60);
    private static final List<String> HARMLESS = List.of("HUP", "USR1", "TTIN", "TTOU", "QUIT");

    /// The report of a reload with a setting that needs a restart; quiet servers print it too.
    private static final String NEEDS_RESTART = "these changed settings take effect after a restart: backlog";

    @TempDir
    private Path directory;

    private Path config() {
        return directory.resolve("config.toml");
    }

    private String[] settings(String... more) throws Exception {
        Files.writeString(config(), "idle-timeout = \"5m\"\n");
        return Stream.concat(List.of(more).stream(), Stream.of("--model",
                "process-pool", "--workers", "1", "--config", config().toString())).toArray(String[]::new);
    }

    /// A server that keeps starting until [#letItServe], because its workers exit at once.
    private CommandLine starting() throws Exception {
        Files.writeString(WorkerProcesses.trouble(directory), "exit 1");
        CommandLine server = WorkerProcesses.start(directory, settings());
        Eventually.holds(A_WHILE, () -> assertThat(server.errors()).contains("exit 1; another one is started in"));
        return server;
    }

    private void letItServe() throws Exception {
        Files.delete(WorkerProcesses.trouble(directory));
    }

    @Test
    void otherSignalsAreHarmlessWhileStarting() throws Exception {
        try (CommandLine server = starting()) {
            Files.writeString(config(), "backlog = 66\n");
            for (String signal : HARMLESS) {
                Signals.send(signal, server.pid());
            }
            Signals.send("USR2", server.pid());
            Eventually.holds(() -> assertThat(server.errors()).contains("this program is not ready yet"));
            letItServe();
            server.awaitReady();
            Eventually.holds(() -> assertThat(server.errors()).as("the pending HUP")
                    .contains(NEEDS_RESTART));
            WorkerProcesses.awaitServing(server, 1);
            assertThat(server.shown()).anyMatch(line -> line.contains("Full thread dump"));
        }
    }

    @Test
    void terminatingSignalsAreKeptWhileStarting() throws Exception {
        try (CommandLine server = starting()) {
            Signals.send("TERM", server.pid());
            letItServe();
            assertThat(server.awaitExit(A_WHILE)).as("exit status").isZero();
        }
    }

    @Test
    void aSecondTerminatingSignalEndsAStartingServer() throws Exception {
        try (CommandLine server = starting()) {
            Signals.send("INT", server.pid());
            Signals.send("TERM", server.pid());
            assertThat(server.awaitExit(A_WHILE)).as("exit status").isEqualTo(1);
        }
    }

    @Test
    void otherSignalsAreHarmlessWhileServingAndDraining() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, settings("--drain-timeout", "1h"))) {
            try (WorkerClient client = new WorkerClient(server)) {
                client.asks();
                Files.writeString(config(), "backlog = 66\n");
                // Each signal has a thread of its own, so wait for the first effect.
                Signals.send("TTIN", server.pid());
                Eventually.holds(() -> assertThat(server.errors()).contains("worker processes to 2"));
                for (String signal : HARMLESS) {
                    if (!signal.equals("TTIN")) {
                        Signals.send(signal, server.pid());
                    }
                }
                Eventually.holds(() -> assertThat(server.errors()).contains("status: connections")
                        .contains(NEEDS_RESTART).contains("worker processes to 2").contains("worker processes to 1"));
                client.asks();
            }
            // A worker that HUP replaces stays as long as its client.
            WorkerProcesses.awaitServing(server, 1);
            try (WorkerClient staying = new WorkerClient(server)) {
                staying.asks();
                staying.say("rest 600000");
                Signals.send("TERM", server.pid());
                Eventually.holds(() -> assertThatThrownBy(() -> new WorkerClient(server).close())
                        .isInstanceOf(ConnectException.class));
                for (String signal : HARMLESS) {
                    Signals.send(signal, server.pid());
                }
                Signals.send("USR2", server.pid());
                Eventually.holds(() -> assertThat(server.errors()).contains("the server is ending"));
                Eventually.holds(() -> assertThat(server.errors().split("status: connections", -1)).hasSize(3));
                assertThat(ProcessHandle.of(server.pid())).as("the process").isPresent();
                Signals.send("INT", server.pid());
                assertThat(server.awaitExit(A_WHILE)).as("exit status").isZero();
            }
        }
    }

    /// After a burst, the last signal takes effect, and none delays another.
    @Test
    void aBurstTakesEffectOnce() throws Exception {
        Files.writeString(config(), "idle-timeout = \"5m\"\n");
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "tcp://127.0.0.1:0", "--config",
                config().toString())) {
            burst(server.pid());
            Files.writeString(config(), "idle-timeout = \"7m\"\n");
            Signals.send("HUP", server.pid());
            Eventually.holds(A_WHILE, () -> assertThat(server.errors())
                    .contains("the configuration was reloaded, changed: idle-timeout"));
            try (Client client = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(),
                    server.port()))) {
                client.converses();
            }
            Signals.send("TERM", server.pid());
            assertThat(server.awaitExit(A_WHILE)).as("exit status").isZero();
        }
    }

    private static void burst(long pid) throws Exception {
        for (int i = 0; i < BURST; i++) {
            Signals.send("HUP", pid);
        }
    }
}
