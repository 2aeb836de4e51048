package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.program.TestProgram;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks that a server at a host name listens at every address of the name. The names come from a hosts file of the
/// JVM, so each case runs in a process of its own.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class NamesWithSeveralAddressesTest {
    private static final String FAILED = "failed: ";

    @TempDir
    private Path directory;

    private String run(String... arguments) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"),
                "127.0.0.1 both.test\n127.0.0.2 both.test\n127.0.0.1 far.test\n192.0.2.77 far.test\n");
        List<String> command = TestProgram.command(List.of("-Djdk.net.hosts.file=" + hosts), Serves.class, arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void everyAddressIsServedAtOnePort() throws Exception {
        assertThat(run("tcp://both.test:0")).isEqualTo("""
                nio 127.0.0.1 same port: answered
                nio 127.0.0.2 same port: answered
                thread 127.0.0.1 same port: answered
                thread 127.0.0.2 same port: answered
                epoll 127.0.0.1 same port: answered
                epoll 127.0.0.2 same port: answered
                process-pool 127.0.0.1 same port: answered
                process-pool 127.0.0.2 same port: answered
                """);
    }

    @Test
    void aNameAndOneOfItsAddressesHaveSocketsOfTheirOwn() throws Exception {
        assertThat(run("tcp://both.test:0", "tcp://127.0.0.1:0").lines()).containsExactly(
                "nio 127.0.0.1 same port: answered", "nio 127.0.0.2 same port: answered", "nio 127.0.0.1: answered",
                "thread 127.0.0.1 same port: answered", "thread 127.0.0.2 same port: answered",
                "thread 127.0.0.1: answered", "epoll 127.0.0.1 same port: answered",
                "epoll 127.0.0.2 same port: answered", "epoll 127.0.0.1: answered",
                "process-pool 127.0.0.1 same port: answered", "process-pool 127.0.0.2 same port: answered",
                "process-pool 127.0.0.1: answered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void aNameThatIsListedTwiceHasSocketsOfItsOwnForEach(String scheme) throws Exception {
        String name = scheme + "://both.test:0";
        assertThat(run(name, name).lines())
                .containsExactlyElementsOf(Stream.of("nio", "thread", "epoll", "process-pool")
                        .flatMap(NamesWithSeveralAddressesTest::fourAnswers).toList());
        assertThat(run("process", name, name).lines()).containsExactlyElementsOf(fourAnswers("process").toList());
    }

    private static Stream<String> fourAnswers(String model) {
        return Stream.of("127.0.0.1 same port", "127.0.0.2 same port", "127.0.0.1", "127.0.0.2")
                .map(where -> model + " " + where + ": answered");
    }

    @Test
    void soIsEachOfAPortOfDatagrams() throws Exception {
        assertThat(run("udp://both.test:0")).contains("nio 127.0.0.2 same port: answered",
                "thread 127.0.0.2 same port: answered", "epoll 127.0.0.2 same port: answered",
                "process-pool 127.0.0.2 same port: answered");
    }

    @Test
    void oneAddressThatFailsFailsTheStart() throws Exception {
        assertThat(run("tcp://far.test:0").lines()).hasSize(4).allSatisfy(line -> assertThat(line)
                .contains(FAILED + "cannot listen at tcp://far.test:0: at tcp://192.0.2.77:0, one of its addresses, the"
                        + " address is not one of this machine's"));
    }

    /// At addresses that no client of another test has: its port may be this one.
    @Test
    void whatIsBoundWhenAnotherOneFailsIsFreeAgain() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.78"))) {
            port = free.getLocalPort();
            for (Model model : List.of(Model.nio(), Model.epoll())) {
                assertThatThrownBy(() -> Server.at(new Endpoint.Tcp("127.0.0.77", port))
                        .listen(new Endpoint.Tcp("127.0.0.78", port)).model(model).handle(_ -> {
                        }).bind()).isInstanceOf(IOException.class);
                try (ServerSocket again = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.77"))) {
                    assertThat(again.getLocalPort()).isEqualTo(port);
                }
            }
        }
    }

    /// Serves endpoints under each of several models, and sends a request to every address. The process's workers run
    /// this class, too.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            boolean isProcess = arguments[0].equals("process");
            for (Model model : models(isProcess)) {
                List<String> endpoints = List.of(arguments).subList(isProcess ? 1 : 0, arguments.length);
                ServerBuilder builder = Server.at(endpoints.getFirst()).model(model);
                endpoints.stream().skip(1).forEach(builder::listen);
                try (Server server = builder
                        .handle(client -> client.write(new byte[]{(byte) client.readByte()}))
                        .datagrams((request, reply) -> reply.write(request.payload())).start()) {
                    for (Endpoint each : server.endpoints()) {
                        System.out.println(model.id() + " " + asked(each, server.port()));
                    }
                } catch (IOException e) {
                    System.out.println(model.id() + " " + FAILED + e.getMessage());
                }
            }
        }

        private static List<Model> models(boolean isProcess) {
            if (isProcess) {
                return List.of(Model.process());
            }
            return Server.isWorker()
                    ? List.of(Model.processPool(1))
                    : List.of(Model.nio(), Model.thread(), Model.epoll(), Model.processPool(1));
        }

        private static String asked(Endpoint endpoint, int port) throws IOException {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> tcp.host() + (tcp.port() == port ? " same port" : "") + ": " + tcp(tcp);
                case Endpoint.Udp udp -> udp.host() + (udp.port() == port ? " same port" : "") + ": " + udp(udp);
                case Endpoint.Tls _, Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> "is not asked for";
            };
        }

        private static String tcp(Endpoint.Tcp tcp) throws IOException {
            try (Socket client = new Socket(tcp.host(), tcp.port())) {
                client.getOutputStream().write('a');
                return client.getInputStream().read() == 'a' ? "answered" : "not answered";
            }
        }

        private static String udp(Endpoint.Udp udp) throws IOException {
            try (DatagramSocket client = new DatagramSocket()) {
                client.connect(new InetSocketAddress(udp.host(), udp.port()));
                client.setSoTimeout(20_000);
                client.send(new DatagramPacket(new byte[]{1}, 1));
                client.receive(new DatagramPacket(new byte[1], 1));
                return "answered";
            }
        }
    }
}
