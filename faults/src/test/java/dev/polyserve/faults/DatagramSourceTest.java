package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A forged datagram between two services causes a bounded number of answers, also in the process models.
///
/// The test is the other service: it sends each answer back.
@Timeout(60)
class DatagramSourceTest {
    private static final int BURST = 100;
    /// The tokens that are restored during the test.
    private static final int MEANWHILE = 50;
    private static final int SILENCE_MILLIS = 3_000;
    /// The time limit for the start of a worker.
    private static final int FIRST_ANSWER_MILLIS = 20_000;

    @TempDir
    private Path directory;

    private CommandLine echo(String... settings) throws Exception {
        Requirements.model("process-pool");
        String[] all = new String[settings.length + 5];
        System.arraycopy(new String[]{"echo", "--listen", "udp://127.0.0.1:0", "--datagram-rate", "1"}, 0, all, 0, 5);
        System.arraycopy(settings, 0, all, 5, settings.length);
        return CommandLine.serve(directory, all);
    }

    /// Each datagram has a process of its own, so the supervisor decides. Datagrams without a free process are
    /// rejected.
    @Test
    void isCountedBeforeAProcessIsAsked() throws Exception {
        try (CommandLine server = echo("--model", "process", "--workers", "1", "--on-full", "reject");
                DatagramSocket client = client()) {
            for (int i = 0; i < BURST + MEANWHILE; i++) {
                send(client, server);
            }
            Eventually.holds(() -> assertThat(server.errors()).contains("dropped a datagram from 127.0.0.1:"
                    + client.getLocalPort(), "its source exceeds the rate limit"));
        }
    }

    @Test
    void isNotAnsweredWhereItIsAPortOfTheServer() throws Exception {
        try (CommandLine server = echo("--model", "process", "--workers", "2");
                DatagramSocket same = new DatagramSocket(server.port(), InetAddress.ofLiteral("127.0.0.2"))) {
            send(same, server);
            Eventually.holds(() -> assertThat(server.errors()).contains("dropped a datagram from 127.0.0.2:"
                    + server.port(), "its source port belongs to a service"));
        }
    }

    /// Suspends one worker after another, so that each receives the datagrams of the source for a while.
    @Test
    void isAnsweredByAllWorkersTogetherNoMoreOften() throws Exception {
        try (CommandLine server = echo("--model", "process-pool", "--workers", "2");
                DatagramSocket client = client()) {
            Set<Long> workers = WorkerProcesses.of(server);
            assertThat(workers).hasSize(2);
            int answers = 0;
            for (long suspended : workers) {
                Signals.send("STOP", suspended);
                try {
                    answers += answersInALoop(client, server);
                } finally {
                    Signals.send("CONT", suspended);
                }
            }
            assertThat(answers).as("answers until each worker has dropped one").isBetween(BURST, BURST + MEANWHILE);
        }
    }

    private static int answersInALoop(DatagramSocket client, CommandLine server) throws IOException {
        int answers = 0;
        client.setSoTimeout(FIRST_ANSWER_MILLIS);
        try {
            while (answers < 2 * BURST) {
                send(client, server);
                client.receive(new DatagramPacket(new byte[1], 1));
                client.setSoTimeout(SILENCE_MILLIS);
                answers++;
            }
        } catch (SocketTimeoutException dropped) {
            return answers;
        }
        return answers;
    }

    private static DatagramSocket client() throws IOException {
        return new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
    }

    private static void send(DatagramSocket client, CommandLine server) throws IOException {
        client.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral("127.0.0.1"), server.port()));
    }
}
