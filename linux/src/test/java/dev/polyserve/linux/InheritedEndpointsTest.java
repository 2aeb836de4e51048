package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Handler;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Pollable;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.DescriptorDatagramPort;
import dev.polyserve.linux.socket.PollableDescriptor;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks that every model but `nio` serves inherited listeners and Unix datagrams.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class InheritedEndpointsTest {
    private static final Options.Sockets OPTIONS = Options.defaults().sockets();
    private static final Handler UPPER = InheritedEndpointsTest::upper;

    private final DescriptorSocketProvider parent = DescriptorSocketProvider.unlimited();

    @TempDir
    private Path directory;

    static List<Model> models() {
        return List.of(Model.iterative(), Model.thread(), Model.threadPool(2), Model.virtual(), Model.polling(),
                Model.select(), Model.poll(), Model.epoll(), Model.epollEt(), Model.ioUring());
    }

    private static void requireHere(Model model) {
        Optional<String> whyNot = Server.whyNot(model);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
    }

    private static void upper(Connection connection) throws IOException {
        for (String line; (line = connection.readLine()) != null;) {
            connection.writeLine(line.toUpperCase(java.util.Locale.ROOT));
        }
    }

    private static Endpoint handedDown(Pollable source) throws IOException {
        int number = DescriptorCalls.duplicate(SystemCallMemory.small(),
                ((PollableDescriptor) source).descriptor().number());
        return Endpoint.parse("fd:" + SystemCallException.require("dup", number));
    }

    private static String talk(SocketAddress address) throws IOException {
        try (SocketChannel client = SocketChannel.open(address)) {
            return talk(client);
        }
    }

    private static String talk(SocketChannel client) throws IOException {
        client.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.UTF_8)));
        client.shutdownOutput();
        ByteBuffer in = ByteBuffer.allocate(100);
        while (client.read(in) >= 0) {
            // until the server ends the connection
        }
        return StandardCharsets.UTF_8.decode(in.flip()).toString();
    }

    private void servesListener(Model model, Endpoint endpoint) throws Exception {
        requireHere(model);
        Listener parents = parent.listen(endpoint, OPTIONS);
        try (Server server = Server.at(handedDown(parents)).model(model).handle(UPPER).start()) {
            assertThat(server.endpoints()).containsExactly(parents.endpoint());
            assertThat(server.model()).isEqualTo(model);
            assertThat(talk(parents.address())).isEqualTo("HELLO\n");
        }
        try (Server next = Server.at(handedDown(parents)).model(model).handle(UPPER).start()) {
            assertThat(talk(parents.address())).as("it still listens for the next").isEqualTo("HELLO\n");
            assertThat(next.stats().accepted()).isEqualTo(1);
        }
        parents.close();
    }

    @ParameterizedTest
    @MethodSource("models")
    void tcp(Model model) throws Exception {
        servesListener(model, Endpoint.parse("tcp://127.0.0.1:0"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void unix(Model model) throws Exception {
        servesListener(model, new Endpoint.Unix(directory.resolve("socket")));
    }

    @ParameterizedTest
    @MethodSource("models")
    void oneConnection(Model model) throws Exception {
        requireHere(model);
        Listener parents = parent.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        try (SocketChannel client = SocketChannel.open(parents.address())) {
            StreamSocket accepted = Objects.requireNonNull(parents.accept(), "no connection waits");
            Endpoint inherited = handedDown(accepted.source());
            accepted.close(false);
            try (Server server = Server.at(inherited).model(model).handle(UPPER).start()) {
                assertThat(server.endpoints()).containsExactly(parents.endpoint());
                assertThat(talk(client)).isEqualTo("HELLO\n");
            }
        }
        parents.close();
    }

    @ParameterizedTest
    @MethodSource("models")
    void unixDatagrams(Model model) throws Exception {
        requireHere(model);
        Path path = directory.resolve("datagrams");
        try (Server server = Server.at(new Endpoint.UnixDatagram(path)).model(model)
                .datagrams((request, reply) -> reply.write(request.payload())).start()) {
            assertThat(ask(path)).isEqualTo("hello");
            assertThat(server.stats().datagramsIn()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void inheritedUnixDatagrams(Model model) throws Exception {
        requireHere(model);
        Path path = directory.resolve("datagrams");
        DescriptorDatagramPort parents = parent.bind(new Endpoint.UnixDatagram(path), OPTIONS);
        try (Server server = Server.at(handedDown(parents)).model(model)
                .datagrams((request, reply) -> reply.write(request.payload())).start()) {
            assertThat(server.endpoints()).containsExactly(parents.endpoint());
            assertThat(ask(path)).isEqualTo("hello");
        }
        parents.close();
    }

    private String ask(Path path) throws IOException {
        try (UnixDatagramClient client = UnixDatagramClient.connect(path, directory.resolve("own"))) {
            client.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
            ByteBuffer in = ByteBuffer.allocate(100);
            assertThat(client.receive(in)).isEqualTo(5);
            return StandardCharsets.UTF_8.decode(in.flip()).toString();
        }
    }

    @Test
    void whatServesTheOtherKindIsMissed() throws Exception {
        DescriptorDatagramPort parents = parent.bind(new Endpoint.UnixDatagram(directory.resolve("datagrams")),
                OPTIONS);
        Endpoint inherited = handedDown(parents);
        assertThatThrownBy(() -> Server.at(inherited).model(Model.epoll()).handle(UPPER).bind())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nothing serves " + inherited + ": give the server datagrams(…) or sessions(…)");
        parents.close();
    }

    @Test
    void nioSaysWhatToUse() {
        assertThatThrownBy(() -> Server.at("fd:3").model(Model.nio()).handle(UPPER).bind())
                .hasMessage("cannot listen at fd:3: this model cannot take over an inherited socket (the JDK lacks"
                        + " that); use a model on descriptors, as epoll");
    }
}
