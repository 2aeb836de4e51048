package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// A process is suspended for longer than its time limits, as containers and virtual machines are. Requests that
/// arrived in time are answered.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SuspendedProcessTest {
    private static final int CLIENTS = 50;
    private static final String IDLE = "2s";
    private static final long STOPPED_MILLIS = 2400;
    private static final String REQUEST = "request\n";

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @Models({"virtual", "thread", "nio", "epoll", "io_uring", "process-pool"})
    void answersRequestsThatArrivedInTime(String model) throws Exception {
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "tcp://127.0.0.1:0", "--model",
                model,
                "--idle-timeout", IDLE); Connected clients = new Connected(server)) {
            clients.converse();
            signal("STOP", server);
            try {
                clients.send();
                // Only the passing of time matters: no event occurs meanwhile that the test could wait for.
                Thread.sleep(STOPPED_MILLIS);
            } finally {
                signal("CONT", server);
            }
            assertThat(clients.answered()).as("clients with a request in time").isEqualTo(CLIENTS);
        }
    }

    private static void signal(String name, CommandLine server) throws Exception {
        List<Long> all = Stream.concat(Stream.of(server.pid()),
                ProcessHandle.of(server.pid()).stream().flatMap(ProcessHandle::descendants).map(ProcessHandle::pid))
                .toList();
        for (long pid : all) {
            Signals.send(name, pid);
        }
    }

    private static final class Connected implements AutoCloseable {
        private final List<Client> clients = new ArrayList<>();

        Connected(CommandLine server) throws Exception {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
            }
        }

        void converse() throws Exception {
            for (Client client : clients) {
                client.converses();
            }
        }

        void send() throws Exception {
            for (Client client : clients) {
                client.send(REQUEST);
            }
        }

        int answered() throws Exception {
            int answered = 0;
            for (Client client : clients) {
                answered += new String(client.read(REQUEST.length()), StandardCharsets.UTF_8).equals(REQUEST) ? 1 : 0;
            }
            return answered;
        }

        @Override
        public void close() throws IOException {
            for (Client client : clients) {
                client.close();
            }
        }
    }
}
