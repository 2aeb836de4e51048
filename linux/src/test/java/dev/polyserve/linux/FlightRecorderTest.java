package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Input;
import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import dev.polyserve.io.AcceptException;
import dev.polyserve.jfr.JfrServerListener;
import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A recording has the events that it enables, with the facts that clients and the server know, and no others.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FlightRecorderTest {
    @TempDir
    private Path directory;

    /// Runs something, and returns the events of this name that it caused.
    private List<RecordedEvent> recorded(String name, Step step) throws Exception {
        return recorded(true, name, step);
    }

    private List<RecordedEvent> recorded(boolean enabled, String name, Step step) throws Exception {
        try (Recording recording = new Recording()) {
            if (enabled) {
                recording.enable("dev.polyserve." + name);
            }
            recording.start();
            step.run();
            recording.stop();
            Path file = directory.resolve("recording.jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith("dev.polyserve.")).toList();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static ServerBuilder server(String model) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at("tcp://127.0.0.1:0").model(how);
    }

    private static ServerBuilder echo(String model) {
        return server(model).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        });
    }

    private static void exchange(Socket client, int lines) throws IOException {
        for (int i = 0; i < lines; i++) {
            client.getOutputStream().write("123456789\n".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(10)).hasSize(10);
        }
    }

    private static Socket connect(Server server) throws IOException {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port());
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    static List<String> models() {
        return ServerStatsTest.models().toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void aConnectionIsOpenedAndClosed(String model) throws Exception {
        AtomicReference<String> peer = new AtomicReference<>();
        AtomicReference<String> endpoint = new AtomicReference<>();
        Step step = () -> {
            try (Server server = echo(model).start()) {
                endpoint.set(server.endpoints().getFirst().toString());
                try (Socket client = connect(server)) {
                    peer.set("127.0.0.1:" + client.getLocalPort());
                    exchange(client, 5);
                }
                await(() -> server.stats().active() == 0);
            }
        };
        List<RecordedEvent> opened = recorded("ConnectionOpened", step);
        assertThat(opened).hasSize(1);
        assertThat(opened.getFirst().getEventType().getName()).isEqualTo("dev.polyserve.ConnectionOpened");
        assertThat(opened.getFirst().getEventType().getCategoryNames()).containsExactly("Polyserve");
        assertThat(opened.getFirst().getString("peer")).isEqualTo(peer.get());
        assertThat(opened.getFirst().getString("model")).isEqualTo(model);

        List<RecordedEvent> closed = recorded("ConnectionClosed", step);
        assertThat(closed).hasSize(1);
        RecordedEvent event = closed.getFirst();
        assertThat(event.getEventType().getName()).isEqualTo("dev.polyserve.ConnectionClosed");
        assertThat(event.getString("peer")).isEqualTo(peer.get());
        assertThat(event.getString("endpoint")).isEqualTo(endpoint.get());
        assertThat(event.getString("cause")).isEqualTo("done");
        assertThat(event.getString("endedBy")).isEqualTo("client");
        assertThat(event.getLong("bytesIn")).isEqualTo(50);
        assertThat(event.getLong("bytesOut")).isEqualTo(50);
        assertThat(event.getInt("turns")).isBetween(5, 20);
        assertThat(event.getDuration("age")).isPositive();
        assertThat(event.getStackTrace()).isNull();
    }

    @Test
    void nothingIsRecordedUnlessItIsEnabled() throws Exception {
        assertThat(recorded(false, "", () -> {
            try (Server server = echo("virtual").start(); Socket client = connect(server)) {
                exchange(client, 1);
            }
        })).isEmpty();
    }

    @Test
    void aRejectedConnection() throws Exception {
        List<RecordedEvent> events = recorded("ConnectionRejected", () -> {
            try (Server server = echo("virtual")
                    .options(Options.defaults().withMaxConnections(1).withOnFull(OnFull.REJECT)).start();
                    Socket client = connect(server)) {
                exchange(client, 1);
                try (Socket excess = connect(server)) {
                    assertThat(excess.getInputStream().read()).isEqualTo(-1);
                }
            }
        });
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().getString("limit")).isEqualTo("connections");
    }

    @Test
    void aFailureToAccept() throws Exception {
        JfrServerListener listener = new JfrServerListener("nio", _ -> 0, AcceptException::reasonOf);
        List<RecordedEvent> events = recorded("AcceptError",
                () -> listener.acceptFailed(Endpoint.parse("tcp://127.0.0.1:1"), new IOException("no descriptors"),
                        Duration.ofMillis(5)));
        assertThat(events).hasSize(1);
        RecordedEvent event = events.getFirst();
        assertThat(event.getEventType().getName()).isEqualTo("dev.polyserve.AcceptError");
        assertThat(event.getString("reason")).isEqualTo("IOException");
        assertThat(event.getString("message")).isEqualTo("no descriptors");
        assertThat(event.getString("endpoint")).isEqualTo("tcp://127.0.0.1:1");
        assertThat(event.getDuration("retryAfter")).isEqualTo(Duration.ofMillis(5));
    }

    /// Occupies its loop until the server has noticed.
    private record Stalling(CountDownLatch noticed) implements Protocol {
        @Override
        public void received(Input in, Output out) throws IOException {
            out.write(in.take(in.available()));
            await(() -> noticed.getCount() == 0);
        }
    }

    @Test
    void aStallHasItsStack() throws Exception {
        CountDownLatch noticed = new CountDownLatch(1);
        List<RecordedEvent> events = recorded("LoopStall", () -> {
            try (Server server = server("nio").protocol(() -> new Stalling(noticed)).listener(new ServerListener() {
                @Override
                public void stalled(String loop, Duration soFar, Optional<ConnectionInfo> connection,
                        List<StackTraceElement> stack) {
                    noticed.countDown(); // after it was recorded
                }
            }).start()) {
                try (Socket client = connect(server)) {
                    exchange(client, 1);
                }
            }
        });
        assertThat(events).hasSize(1);
        RecordedEvent event = events.getFirst();
        assertThat(event.getString("loop")).startsWith("polyserve-loop-");
        assertThat(event.getString("stack")).contains(Stalling.class.getSimpleName() + ".received");
        assertThat(event.getDuration("soFar")).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        assertThat(event.getLong("connection")).isEqualTo(1);
    }

    @Test
    void aHandOff() throws Exception {
        AtomicReference<Server> busy = new AtomicReference<>();
        List<RecordedEvent> events = recorded("LoopHandOff", () -> {
            try (Server server = server("nio").handle(client -> {
                client.writeLine(Objects.requireNonNull(client.readLine()));
                client.flush();
                await(() -> busy.get().stats().handOffs() > 0);
            }).start()) {
                busy.set(server);
                try (Socket client = connect(server)) {
                    exchange(client, 1);
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
            }
        });
        assertThat(events).isNotEmpty();
        RecordedEvent event = events.getFirst();
        assertThat(event.getString("loop")).startsWith("polyserve-loop-");
        assertThat(event.getString("reason")).isEqualTo("occupied");
        assertThat(event.getLong("connection")).isEqualTo(1);
    }

    @Test
    void aTlsHandshake() throws Exception {
        List<RecordedEvent> events = recorded("TlsHandshake", () -> {
            try (Server server = Server.at("tls://127.0.0.1:0").model(Model.virtual()).tls(Tls.selfSigned())
                    .handle(client -> client.writeLine(Objects.requireNonNull(client.readLine()))).start();
                    SSLSocket client = TlsServerTest.connect(server.port())) {
                exchange(client, 1);
            }
        });
        assertThat(events).hasSize(1);
        RecordedEvent event = events.getFirst();
        assertThat(event.getString("result")).isEqualTo("SUCCEEDED");
        assertThat(event.getString("version")).isEqualTo("TLSv1.3");
        assertThat(event.getBoolean("resumed")).isFalse();
        assertThat(event.getString("peer")).startsWith("127.0.0.1:");
        assertThat(event.getDuration("took")).isPositive();
    }

    @Test
    void gaugesComeOnceAPeriod() throws Exception {
        CountDownLatch servers = new CountDownLatch(2);
        CountDownLatch loops = new CountDownLatch(2);
        AtomicReference<RecordedEvent> last = new AtomicReference<>();
        try (RecordingStream recording = new RecordingStream();
                Server server = echo("nio").start();
                Socket client = connect(server)) {
            exchange(client, 3);
            String endpoint = server.endpoints().getFirst().toString();
            recording.enable("dev.polyserve.ServerGauges").withPeriod(Duration.ofMillis(100));
            recording.enable("dev.polyserve.LoopGauges").withPeriod(Duration.ofMillis(100));
            recording.setReuse(false);
            recording.onEvent("dev.polyserve.ServerGauges", event -> {
                if (event.getString("endpoints").equals(endpoint)) {
                    last.set(event);
                    servers.countDown();
                }
            });
            recording.onEvent("dev.polyserve.LoopGauges", _ -> loops.countDown());
            recording.startAsync();
            servers.await();
            loops.await();
        }
        RecordedEvent event = last.get();
        assertThat(event.getLong("active")).isEqualTo(1);
        assertThat(event.getLong("bytesIn")).isEqualTo(30);
        assertThat(event.getString("model")).isEqualTo("nio");
    }

    @Test
    @Tag("slow")
    void workersStartAndEnd() throws Exception {
        Path file = directory.resolve("workers.jfr");
        Process program = TestProgram.start(LosesAWorker.class, file.toString());
        try (BufferedReader said = program.inputReader()) {
            assertThat(said.readLine()).isEqualTo("recorded");
        } finally {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        List<RecordedEvent> started = events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.polyserve.WorkerStarted")).toList();
        List<RecordedEvent> ended = events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.polyserve.WorkerEnded")).toList();
        assertThat(started).hasSizeGreaterThanOrEqualTo(2);
        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().getString("summary")).contains("SIGKILL");
        assertThat(ended.getFirst().getLong("pid")).isEqualTo(started.getFirst().getLong("pid")).isPositive();
        assertThat(ended.getFirst().getInt("number")).isEqualTo(1);
        assertThat(ended.getFirst().getDuration("age")).isPositive();
    }

    /// Kills its worker, and records that.
    static final class LosesAWorker {
        private LosesAWorker() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            try (Recording recording = new Recording()) {
                recording.enable("dev.polyserve.WorkerStarted");
                recording.enable("dev.polyserve.WorkerEnded");
                recording.start();
                try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.processPool(1, Model.virtual()))
                        .handle(client -> client.writeLine(Objects.requireNonNull(client.readLine()))).start()) {
                    long pid = server.workers().getFirst().pid();
                    boolean _ = ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                    await(() -> server.stats().workerRestarts() > 0 && !server.workers().isEmpty()
                            && server.workers().getFirst().pid() != pid);
                    recording.stop();
                    recording.dump(Path.of(arguments[0]));
                    System.out.println("recorded");
                }
            }
        }
    }
}
