package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Framing;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Servers without endpoints, which serve the connections that they begin.
@Timeout(30)
class UnboundServerTest {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Server> self = new CompletableFuture<>();

    static List<Model> models() {
        return List.of(Model.virtual(), Model.thread(), Model.nio());
    }

    private static Server echo() throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.virtual()).handle(client -> {
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        }).start();
    }

    private static Client to(Server server) {
        return Client.to(server.endpoints().getFirst());
    }

    /// Says hello, and ends after the answer.
    private final class Greeting implements Protocol {
        @Override
        public void opened(Output output) throws IOException {
            output.writeLine("hello");
        }

        @Override
        public void received(Input input, Output output) throws IOException {
            String line = Framing.lines().decode(input);
            if (line != null) {
                received.add(line);
                output.close();
            }
        }
    }

    private void assertExchanges(ServerBuilder builder) throws Exception {
        try (Server server = echo(); Server clients = builder.start()) {
            assertThat(clients.endpoints()).isEmpty();
            ConnectionFuture begun = clients.connect(to(server));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(begun.await(Duration.ofSeconds(10))).isInstanceOf(Cause.Done.class);
            assertThat(begun.endpoint()).isEqualTo(server.endpoints().getFirst());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldServeAProtocol(Model model) throws Exception {
        assertExchanges(Server.unbound().model(model).protocol(Greeting::new));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldServeAHandler(Model model) throws Exception {
        assertExchanges(Server.unbound().model(model).handle((Connection connection) -> {
            connection.writeLine("hello");
            received.add(String.valueOf(connection.readLine()));
        }));
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldServeMessages(Model model) throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.virtual())
                .handle(client -> client.writeLine("hello")).start();
                Server clients = Server.unbound().model(model)
                        .messages(Framing.lines(), (line, _) -> received.add(line)).start()) {
            ConnectionFuture begun = clients.connect(to(server));
            assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(begun.await(Duration.ofSeconds(10))).isEqualTo(new Cause.Done(true));
        }
    }

    @Test
    void shouldServeFromItsStartToItsStop() throws Exception {
        try (Server server = echo()) {
            Server clients = Server.unbound().model(Model.nio()).protocol(Greeting::new).bind();
            assertThatThrownBy(() -> clients.connect(to(server))).isInstanceOf(IllegalStateException.class);
            clients.start();
            assertThatThrownBy(clients::address).isInstanceOf(IllegalStateException.class);
            assertThat(clients.connect(to(server)).await(Duration.ofSeconds(10))).isInstanceOf(Cause.Done.class);
            clients.close();
            assertThatThrownBy(() -> clients.connect(to(server))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldCountItsConnections() throws Exception {
        try (Server server = echo();
                Server clients = Server.unbound().model(Model.nio()).options(o -> o.withMaxConnections(1))
                        .messages(Framing.lines(), (line, _) -> received.add(line)).start()) {
            ConnectionFuture first = clients.connect(to(server));
            assertThat(clients.connections()).hasSize(1);
            ConnectionFuture second = clients.connect(to(server));
            assertThat(second.await(Duration.ofSeconds(10))).isInstanceOf(Cause.LimitReached.class);
            assertThat(first.outcome()).isEmpty();
        }
    }

    /// The addresses of the server that it connects to and of its client are the same.
    @Test
    void shouldNotCountItsServersAsClients() throws Exception {
        try (Server server = echo();
                Server clients = Server.at("tcp://127.0.0.1:0").model(Model.nio())
                        .options(o -> o.withLimits(limits -> limits.withConnectionsPerAddress(1)))
                        .messages(Framing.lines(), (line, client) -> client.writeLine(line)).start()) {
            ConnectionFuture begun = clients.connect(to(server));
            try (Connection client = to(clients).connect(); Connection second = to(clients).connect()) {
                client.writeLine("hello");
                assertThat(client.readLine()).isEqualTo("hello");
                begun.abort();
                assertThat(begun.await(Duration.ofSeconds(10))).isInstanceOf(Cause.Stopped.class);
                assertThat(second.readLine()).as("the limit holds for clients").isNull();
            }
            assertThat(clients.stats().reached()).isEqualTo(Map.of(Limit.CONNECTIONS_PER_ADDRESS, 1L));
        }
    }

    @Test
    void shouldNotBanAServerForWhatItSends() throws Exception {
        var ban = new Options.Ban(Duration.ofMinutes(1), 1, Duration.ofMinutes(1));
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.virtual())
                .handle(client -> client.writeLine("a line that is too long")).start();
                Server clients = Server.unbound().model(Model.nio())
                        .options(o -> o.withLimits(limits -> limits.withFrameBytes(10))
                                .withAccess(access -> access.withBan(ban)))
                        .messages(Framing.lines(), (line, _) -> received.add(line)).start()) {
            ConnectionFuture begun = clients.connect(to(server));
            assertThat(begun.await(Duration.ofSeconds(10))).isEqualTo(new Cause.LimitReached(Limit.FRAME));
            assertThat(clients.bans()).isEmpty();
        }
    }

    @Test
    void shouldRefuseToHoldUpALoop() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        try (Server server = echo();
                Server clients = Server.unbound().model(Model.nio()).protocol(() -> new Protocol() {
                    @Override
                    public void opened(Output output) throws IOException {
                        try {
                            var _ = self.join().connect(to(server));
                        } catch (IOException | IllegalStateException e) {
                            thrown.complete(e);
                        }
                        output.close();
                    }

                    @Override
                    public void received(Input input, Output output) {
                        input.skip(input.available());
                    }
                }).start()) {
            self.complete(clients);
            var _ = clients.connect(to(server));
            assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would hold up this event loop");
        }
    }
}
