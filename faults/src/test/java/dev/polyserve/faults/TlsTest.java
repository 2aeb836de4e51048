package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 51: clients that stop within the handshake of TLS, or end without close_notify; and certificates that are
/// replaced while clients come.
@Timeout(120)
class TlsTest {
    private static final int STALLED = 500;
    /// Of these, so many have sent a whole ClientHello, which makes the server compute.
    private static final int STALLED_AFTER_HELLO = 20;
    private static final int EXCHANGES = 300;
    private static final int NEW_CLIENTS = 5;
    private static final int FEW_CLIENTS_AFTERWARDS = 5;
    private static final int CLIENTS_AFTERWARDS = 20;
    private static final int AT_RATE = Requirements.rounds(200, 900);
    private static final int MOST_AT_RATE = 10 * AT_RATE;
    private static final int ENOUGH_WITH_NEW = 50;
    private static final int MOST_UNDER_WAY = 30;
    private static final long BETWEEN_CLIENTS_NANOS = TimeUnit.SECONDS.toNanos(1) / 300;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int HEADER_BYTES = 5;

    @TempDir
    private Path directory;

    private CommandLine server(String model, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("echo", "--listen", "tls://127.0.0.1:0", "--model", model));
        arguments.addAll(List.of(more));
        return CommandLine.serve(directory, arguments.toArray(String[]::new));
    }

    private static Process openssl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /// The first record that `openssl s_client` sends, to a server that does not answer.
    private static byte[] clientHello() throws IOException {
        Requirements.program("openssl");
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process client = openssl("s_client", "-connect", "127.0.0.1:" + listener.getLocalPort());
            try (Socket accepted = listener.accept()) {
                var in = new DataInputStream(accepted.getInputStream());
                byte[] header = in.readNBytes(HEADER_BYTES);
                assertThat(header[0]).isEqualTo((byte) HANDSHAKE_RECORD);
                byte[] body = in.readNBytes(ByteBuffer.wrap(header).getShort(HEADER_BYTES - 2));
                return ByteBuffer.allocate(header.length + body.length).put(header).put(body).array();
            } finally {
                client.destroyForcibly();
            }
        }
    }

    private static Socket stalled(CommandLine server, byte[] bytes) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.setSoTimeout(20_000);
        client.getOutputStream().write(bytes);
        return client;
    }

    /// Both with one server: the second client is served while the first one stalls.
    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void aHandshakeThatStopsIsGivenUpAndAnEndWithoutCloseNotifyIsSaid(String model) throws Exception {
        byte[] hello = clientHello();
        try (CommandLine server = server(model, "--tls-self-signed", "--tls-handshake-timeout", "2s");
                Socket client = stalled(server, hello)) {
            assertThat(client.getInputStream().read()).as("the answer").isEqualTo(HANDSHAKE_RECORD);
            endsWithoutCloseNotify(server);
            Eventually.holds(() -> assertThat(server.errors()).contains(" reset by client"));
            assertThat(ends(client)).isTrue();
        }
    }

    private static void endsWithoutCloseNotify(CommandLine server) throws IOException {
        Process client = openssl("s_client", "-quiet", "-connect", "127.0.0.1:" + server.port());
        try {
            client.getOutputStream().write("ping\n".getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().flush();
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("ping\n");
        } finally {
            client.destroyForcibly();
        }
    }

    /// Whether the server ends the connection, after what it has sent.
    private static boolean ends(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
            return true;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    /// The time of an exchange is compared with that before, at the same server, because the machine may be busy.
    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring", "process-pool"})
    void stalledHandshakesDelayNoOtherClient(String model) throws Exception {
        Requirements.descriptors(STALLED + 500);
        byte[] hello = clientHello();
        List<Socket> stalled = new ArrayList<>();
        try (CommandLine server = server(model, "--tls-self-signed", "--tls-handshake-timeout", "60s");
                TlsClient client = TlsClient.connected(server.port())) {
            medianNanos(client);
            long before = medianNanos(client);
            for (int i = 0; i < STALLED; i++) {
                stalled.add(stalled(server,
                        i < STALLED_AFTER_HELLO ? hello : Arrays.copyOf(hello, hello.length - 1 - i % 100)));
            }
            for (int i = 0; i < STALLED_AFTER_HELLO; i++) {
                assertThat(stalled.get(i).getInputStream().read()).isEqualTo(HANDSHAKE_RECORD);
            }
            // Others may keep the machine busy for a moment; what the stalled ones cost would last.
            Eventually.holds(() -> assertThat(medianNanos(client))
                    .as("nanoseconds for an exchange, with %d before", before).isLessThan(4 * before));
            for (int i = 0; i < NEW_CLIENTS; i++) {
                try (TlsClient newcomer = TlsClient.connected(server.port())) {
                    newcomer.converses();
                }
            }
        } finally {
            for (Socket client : stalled) {
                client.close();
            }
        }
    }

    private static long medianNanos(TlsClient client) throws IOException {
        long[] nanos = new long[EXCHANGES];
        for (int i = 0; i < EXCHANGES; i++) {
            nanos[i] = client.converses();
        }
        Arrays.sort(nanos);
        return nanos[EXCHANGES / 2];
    }

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void certificatesAreReplacedWhileClientsCome(String model) throws Exception {
        certificate("old");
        certificate("new");
        use("old");
        try (CommandLine server = server(model, "--tls-cert", directory.resolve("own.crt").toString(), "--tls-key",
                directory.resolve("own.key").toString())) {
            assertThat(served(server)).isEqualTo("CN=old");
            use("new");
            Signals.send("HUP", server.pid());
            // Each client is served, with one certificate or the other.
            Eventually.holds(() -> assertThat(served(server)).isEqualTo("CN=new"));
            // A process per connection starts its engine for each of them.
            for (int i = 0; i < (model.equals("process") ? FEW_CLIENTS_AFTERWARDS : CLIENTS_AFTERWARDS); i++) {
                assertThat(served(server)).isIn("CN=new", "CN=old");
            }
            Eventually.holds(() -> assertThat(server.errors()).contains("the certificates were read again"));
            assertThat(server.errors()).doesNotContain("failed");
        }
    }

    /// Clients come at this rate, each with a full handshake, until enough have seen the new certificate. On a machine that is
    /// too slow for it, some are under way all the time.
    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "epoll", "process-pool"})
    void aReplacementLosesNoneOf300ClientsASecond(String model) throws Exception {
        certificate("old");
        certificate("new");
        use("old");
        AtomicInteger withNew = new AtomicInteger();
        Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
        List<Future<String>> clients = new ArrayList<>();
        try (CommandLine server = server(model, "--tls-cert", directory.resolve("own.crt").toString(), "--tls-key",
                directory.resolve("own.key").toString(), "--tls-handshake-timeout", "60s");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long begin = System.nanoTime();
            for (int i = 0; i < AT_RATE || (withNew.get() < ENOUGH_WITH_NEW && i < MOST_AT_RATE); i++) {
                if (i == AT_RATE / 2) {
                    use("new");
                    Signals.send("HUP", server.pid());
                }
                underWay.acquire();
                clients.add(threads.submit(() -> {
                    try {
                        String certificate = served(server);
                        withNew.addAndGet(certificate.equals("CN=new") ? 1 : 0);
                        return certificate;
                    } finally {
                        underWay.release();
                    }
                }));
                LockSupport.parkNanos(begin + i * BETWEEN_CLIENTS_NANOS - System.nanoTime());
            }
            for (Future<String> client : clients) {
                assertThat(client.get(60, TimeUnit.SECONDS)).isIn("CN=old", "CN=new");
            }
            assertThat(withNew).as("of " + clients.size()).hasValueGreaterThanOrEqualTo(ENOUGH_WITH_NEW);
            assertThat(clients.getFirst().get()).isEqualTo("CN=old");
            assertThat(server.errors()).contains("the certificates were read again").doesNotContain("failed");
        }
    }

    private String served(CommandLine server) throws Exception {
        try (TlsClient client = TlsClient.connected(server.port())) {
            client.converses();
            return client.certificate();
        }
    }

    private void certificate(String name) throws Exception {
        Requirements.program("openssl");
        Process made = openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj",
                "/CN=" + name, "-days", "90", "-keyout", directory.resolve(name + ".key").toString(), "-out",
                directory.resolve(name + ".crt").toString());
        assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue()).isZero();
    }

    private void use(String name) throws IOException {
        for (String end : new String[]{".crt", ".key"}) {
            Path copy = Files.copy(directory.resolve(name + end), directory.resolve("next"),
                    StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Files.move(copy, directory.resolve("own" + end), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
