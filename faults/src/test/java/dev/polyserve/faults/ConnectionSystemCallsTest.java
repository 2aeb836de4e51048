package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The system calls that a connection with one exchange costs, from its accept to its close.
@Timeout(60)
class ConnectionSystemCallsTest {
    private static final int CONNECTIONS = 50;
    private static final int SECONDS = 20;
    private static final Pattern ROW = Pattern.compile(" *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) +(?:\\d+ +)?(\\w+)");
    /// What the JVM does meanwhile, and the waits, which depend on when the client's bytes come.
    private static final Pattern NOT_OF_A_CONNECTION = Pattern
            .compile("futex|restart_syscall|m(un)?map|mprotect|madvise"
                    + "|clock_gettime|getrusage|sched_yield|rt_sig.*|epoll_pwait2|io_uring_enter|total");

    @TempDir
    private Path directory;

    @Test
    void underEpollThereAreSeven() throws Exception {
        assertThat(callsPerConnection("epoll")).isEqualTo(Map.of("accept4", 1L,
                "epoll_ctl", 2L, "recvfrom", 2L, "sendto", 1L, "close", 1L));
    }

    @Test
    void underIoUringThereAreTwoBesideTheRing() throws Exception {
        assertThat(callsPerConnection("io_uring")).isEqualTo(Map.of("getpeername", 1L, "close", 1L));
    }

    private Map<String, Long> callsPerConnection(String model) throws Exception {
        Requirements.model(model);
        Requirements.program("strace");
        try (CommandLine server = CommandLine.serve(directory, "echo", "--quiet", "--model", model, "--loops", "1",
                "--listen", "tcp://127.0.0.1:0")) {
            converse(server);
            Path counts = directory.resolve("counts");
            Process strace = new ProcessBuilder("strace", "-f", "-c", "-o", counts.toString(), "-p",
                    Long.toString(server.pid())).start();
            try (BufferedReader said = strace.errorReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).contains("attached");
                for (int i = 0; i < CONNECTIONS; i++) {
                    converse(server);
                }
                Signals.send("INT", strace.pid());
                assertThat(strace.waitFor(SECONDS, TimeUnit.SECONDS)).as("strace has ended").isTrue();
            } finally {
                strace.destroyForcibly();
            }
            return perConnection(Files.readAllLines(counts));
        }
    }

    /// Returns when the server has closed its side, too.
    private static void converse(CommandLine server) throws Exception {
        try (Client client = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            client.converses();
            client.endOutput();
            client.seesTheEnd();
        }
    }

    /// Rounded: a few calls have other reasons, such as a file that a class is loaded from.
    private static Map<String, Long> perConnection(List<String> summary) {
        Map<String, Long> calls = new TreeMap<>();
        for (String line : summary) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !NOT_OF_A_CONNECTION.matcher(row.group(2)).matches()) {
                long each = Math.round((double) Long.parseLong(row.group(1)) / CONNECTIONS);
                if (each > 0) {
                    calls.put(row.group(2), each);
                }
            }
        }
        return calls;
    }
}
