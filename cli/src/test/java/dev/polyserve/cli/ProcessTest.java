package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the program as a process: its streams, exit status and signals.
@Tag("process")
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class ProcessTest {
    private final LineSink out = new LineSink();
    private final LineSink err = new LineSink();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void termDrainsAndExitsWithZero() throws Exception {
        Process server = serve("echo");
        try (Socket client = connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            signal(server, "TERM");
            err.awaitContaining("draining: 1 connections have up to 30s");
            // The connection is idle, so it ends long before the deadline.
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.waitFor()).isZero();
        err.awaitContaining("drained in ");
        assertThat(out.text()).startsWith("polyserve: serving echo on tcp://127.0.0.1:")
                .endsWith(" with epoll (pid " + server.pid() + ")\n").hasLineCount(1);
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        Process server = serve("chargen", "--drain-timeout", "1h");
        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(' ');
            signal(server, "INT");
            err.awaitContaining("draining: 1 connections");
            long beforeNanos = System.nanoTime();
            signal(server, "TERM");
            assertThat(server.waitFor()).isZero();
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beforeNanos)).isLessThan(20);
            err.awaitContaining("1 were cut off");
        }
    }

    @Test
    void aBadConfigurationChangesNothing(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("p.toml"),
                "listen = [\"tcp://127.0.0.1:0\"]\nmax-connections = 9\n");
        Process server = serve("echo", "--config", file.toString());
        Files.writeString(file, "max-conections = 10\n");
        signal(server, "HUP");
        assertThat(err.awaitContaining("the configuration is unchanged")).contains("WARN", file + " line 1",
                "max-conections");
        Files.delete(file);
        signal(server, "HUP");
        err.awaitContaining("there is no configuration file " + file);
        Files.writeString(file, """
                listen = ["tcp://127.0.0.1:0"]
                max-connections = 1
                backlog = 100
                on-full = "reject"
                log-format = "json"
                """);
        signal(server, "HUP");
        assertThat(err.awaitContaining("reloaded, changed: log-format, max-connections, on-full"))
                .startsWith("{");
        assertThat(err.awaitContaining("take effect after a restart")).contains("backlog").doesNotContain("listen");
        try (Socket client = connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            try (Socket tooMany = connect()) {
                assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
            }
        }
        signal(server, "TERM");
        assertThat(server.waitFor()).isZero();
    }

    @Test
    void statusIsShownOnDemand() throws Exception {
        Process server = serve("echo", "--quiet");
        try (Socket client = connect()) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
            signal(server, "USR1");
            assertThat(err.awaitContaining("status: connections")).contains("1 open, 1 accepted, 0 rejected");
            assertThat(err.awaitContaining("status: #1")).contains("127.0.0.1:" + client.getLocalPort(), "in 5 B");
            err.awaitContaining("status: limits reached: none");
        }
        signal(server, "HUP");
        signal(server, "TERM");
        assertThat(server.waitFor()).isZero();
    }

    @Test
    void aSignalBeforeAnyClientEndsItAndFreesThePort() throws Exception {
        Process server = serve("echo");
        int port = port();
        signal(server, "INT");
        assertThat(server.waitFor()).isZero();
        org.assertj.core.api.Assertions.assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }

    @Test
    void onlyWhatIsNeededIsLoaded() throws Exception {
        Process server = start(List.of("-XX:AOTMode=off", "-Xlog:class+load:stderr"), "serve", "echo", "--listen",
                "tcp://127.0.0.1:0");
        try (Socket client = connect()) {
            client.getOutputStream().write('a');
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(1);
        }
        signal(server, "TERM");
        assertThat(server.waitFor()).isZero();
        err.awaitEnd();
        assertThat(err.text()).contains("dev.polyserve.cli.Main ").doesNotContain(" java.util.logging.", " org.tomlj.",
                " org.jline.");
    }

    private Process serve(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("serve"));
        all.addAll(List.of(arguments));
        if (!all.contains("--config")) {
            all.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        }
        return start(PackagedProgram.shortLived(), all.toArray(String[]::new));
    }

    private Process start(List<String> jvmOptions, String... arguments) throws IOException, InterruptedException {
        List<String> command = ServedProcess.program(jvmOptions, arguments);
        Process process = new ProcessBuilder(command).start();
        processes.add(process);
        out.collect(process.getInputStream());
        err.collect(process.getErrorStream());
        out.awaitContaining("polyserve: serving ");
        return process;
    }

    private int port() throws InterruptedException {
        String line = out.awaitContaining("polyserve: serving ");
        String endpoint = line.substring(line.indexOf(" on ") + 4, line.indexOf(" with "));
        return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    private Socket connect() throws IOException, InterruptedException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port());
        client.setSoTimeout(30_000);
        return client;
    }

    private static void signal(Process process, String name) throws IOException {
        Signals.send(name, process.pid());
    }
}
