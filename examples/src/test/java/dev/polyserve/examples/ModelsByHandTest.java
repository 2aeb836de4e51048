package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.examples.models.ModelExample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each model by hand serves five clients as the model can.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class ModelsByHandTest {
    private static final int CLIENTS = 5;
    /// The models that do not serve all clients at once.
    private static final Map<String, Integer> AT_ONCE = Map.of("iterative", 1, "thread-pool", 4);
    private static final int TURNS = 20;
    /// More than the buffers of a connection hold.
    private static final byte[] CONTENT = new byte[16 << 20];

    @BeforeAll
    static void content() {
        new Random(1).nextBytes(CONTENT);
    }

    /// A running server and its clients.
    private record Running(StartedProgram program, List<Client> clients) implements AutoCloseable {
        static Running start(String model) throws Exception {
            Path classes = Path
                    .of(ModelExample.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return new Running(StartedProgram.start(classes.toString(), ModelExample.of(model).byHandClass(), "0"),
                    new ArrayList<>());
        }

        InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(program.firstLine()));
        }

        Client connect() throws IOException {
            Client client = Client.at(address());
            clients.add(client);
            return client;
        }

        /// Connects clients each of which sends its number as a line.
        void connect(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                connect().send(i + "\n");
            }
        }

        @Override
        public void close() throws IOException {
            try (program) {
                for (Client client : clients) {
                    client.close();
                }
            }
        }
    }

    static Stream<String> allAtOnce() {
        return ModelExample.all().stream().map(ModelExample::model).filter(model -> !AT_ONCE.containsKey(model))
                .filter(model -> Server.whyNot(Model.named(model)).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("allAtOnce")
    void fiveClientsConverseAtOnce(String model) throws Exception {
        try (Running running = Running.start(model)) {
            running.connect(CLIENTS);
            for (int i = CLIENTS - 1; i >= 0; i--) {
                assertThat(running.clients().get(i).line()).isEqualTo(Integer.toString(i));
            }
            aClientThatDoesNotReadDelaysNoOther(running);
        }
    }

    private static void aClientThatDoesNotReadDelaysNoOther(Running running) throws IOException {
        try (SocketChannel slow = SocketChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, 1 << 16)
                .setOption(StandardSocketOptions.SO_SNDBUF, 1 << 16)) {
            slow.connect(running.address());
            slow.configureBlocking(false);
            ByteBuffer left = ByteBuffer.wrap(CONTENT);
            Client other = running.clients().getFirst();
            for (int full = 0; full < TURNS && left.hasRemaining();) {
                full = slow.write(left) == 0 ? full + 1 : 0;
                assertThat(other.send("turn\n").line()).isEqualTo("turn");
            }
            assertThat(left.hasRemaining()).as("the server has stopped reading").isTrue();
            slow.configureBlocking(true);
            slow.shutdownOutput();
            byte[] echo = Channels.newInputStream(slow).readAllBytes();
            assertThat(ByteBuffer.wrap(echo)).as("all that was sent").isEqualTo(left.flip());
        }
    }

    static Stream<String> notAllAtOnce() {
        return AT_ONCE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("notAllAtOnce")
    void theOthersWaitUntilOneHasLeft(String model) throws Exception {
        int atOnce = AT_ONCE.getOrDefault(model, CLIENTS);
        try (Running running = Running.start(model)) {
            running.connect(CLIENTS);
            List<Client> clients = running.clients();
            for (int i = 0; i < atOnce; i++) {
                assertThat(clients.get(i).line()).isEqualTo(Integer.toString(i));
            }
            for (int next = atOnce; next < CLIENTS; next++) {
                converse(clients.get(next - 1));
                assertThat(clients.get(next).hasInput()).as("client %d is answered", next).isFalse();
                clients.get(next - atOnce).close();
                assertThat(clients.get(next).line()).isEqualTo(Integer.toString(next));
            }
        }
    }

    private static void converse(Client client) throws IOException {
        for (int i = 0; i < TURNS; i++) {
            assertThat(client.send("turn\n").line()).isEqualTo("turn");
        }
    }

    @Test
    void aProcessThatCrashesEndsOneConversation() throws Exception {
        try (Running running = Running.start("process")) {
            assertThat(isServed(running.connect())).isTrue();
            assertThat(isServed(running.connect())).isTrue();
            List<ProcessHandle> workers = running.program().descendants();
            assertThat(workers).hasSize(2);
            workers.getFirst().destroyForcibly();
            workers.getFirst().onExit().join();
            assertThat(running.clients().stream().filter(ModelsByHandTest::isServed)).hasSize(1);
        }
    }

    private static boolean isServed(Client client) {
        try {
            return "turn".equals(client.send("turn\n").line());
        } catch (IOException _) {
            return false; // its connection is reset
        }
    }

    @Test
    void selectRefusesTheDescriptor1024() throws Exception {
        try (Running running = Running.start("select")) {
            int served = 0;
            while (served < 1024 && isServed(running.connect())) {
                served++;
            }
            assertThat(served).as("clients with a descriptor below 1,024").isBetween(900, 1023);
            converse(running.clients().getFirst());
        }
    }
}
