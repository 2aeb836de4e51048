package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Sender;
import dev.polyserve.Server;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ClientTest {
    private static Server serve(String endpoint) throws IOException {
        return Server.at(endpoint).model(Model.virtual()).handle(ClientTest::upper).start();
    }

    private static Server serve() throws IOException {
        return serve("tcp://127.0.0.1:0");
    }

    private static void upper(Connection connection) throws IOException {
        for (String line; (line = connection.readLine()) != null;) {
            if (line.equals("reset")) {
                connection.reset(new Cause.Stopped());
                return;
            }
            if (!line.equals("silence")) {
                connection.writeLine(line.toUpperCase(java.util.Locale.ROOT));
            }
        }
    }

    private static Client to(Server server) {
        return Client.to(server.endpoints().getFirst());
    }

    private static void exchange(Server server) throws IOException {
        try (Connection connection = to(server).connect()) {
            connection.writeLine("hello");
            assertThat(connection.readLine()).isEqualTo("HELLO");
            connection.end();
            assertThat(connection.readLine()).isNull();
        }
    }

    @Test
    void shouldExchangeFromAPlatformThread() throws Exception {
        try (Server server = serve()) {
            exchange(server);
        }
    }

    @Test
    void shouldExchangeFromAVirtualThread() throws Exception {
        try (Server server = serve()) {
            var done = new CompletableFuture<Boolean>();
            Thread.ofVirtual().start(() -> {
                try {
                    exchange(server);
                    done.complete(true);
                } catch (IOException | AssertionError e) {
                    done.completeExceptionally(e);
                }
            });
            assertThat(done.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shouldConnectToAUnixSocket(@TempDir Path directory) throws Exception {
        try (Server server = serve("unix:" + directory.resolve("socket"))) {
            exchange(server);
        }
    }

    @Test
    void shouldKnowBothItsEnds() throws Exception {
        try (Server server = serve(); Connection connection = to(server).connect()) {
            assertThat(connection.info().peer()).isEqualTo(server.address());
            assertThat(connection.info().endpoint()).isEqualTo(server.endpoints().getFirst());
            connection.writeLine("hello");
            assertThat(connection.readLine()).isEqualTo("HELLO");
            assertThat(server.connections().getFirst().peer()).isEqualTo(connection.info().local());
            assertThat(connection.info().bytesOut()).isEqualTo(6);
            assertThat(connection.info().bytesIn()).isEqualTo(6);
        }
    }

    @Test
    void shouldSayWhyItCannotConnect() throws Exception {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        assertThatThrownBy(() -> Client.to("tcp://127.0.0.1:" + port).connect()).isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("cannot connect to tcp://127.0.0.1:" + port + ": ");
        assertThatThrownBy(() -> Client.to("unix:/nonexistent/socket").connect()).isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("cannot connect to unix:/nonexistent/socket: ");
        assertThatThrownBy(() -> Client.to("tcp://name.invalid:1").connect()).isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("cannot connect to tcp://name.invalid:1: ");
        assertThatThrownBy(() -> Client.to("udp://127.0.0.1:1").connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot connect to udp://127.0.0.1:1: use tcp://host:port, tls://host:port or unix:/path");
    }

    @Test
    void shouldLimitOneRead() throws Exception {
        try (Server server = serve(); Connection connection = to(server).connect()) {
            connection.readTimeout(Duration.ofMillis(20));
            connection.writeLine("silence");
            assertThatThrownBy(connection::readLine).isInstanceOf(TimedOutException.class);
            connection.readTimeout(null);
            connection.writeLine("hello");
            assertThat(connection.readLine()).isEqualTo("HELLO");
        }
    }

    @Test
    void shouldHaveTheTimeLimitsOfItsOptions() throws Exception {
        try (Server server = serve();
                Connection connection = to(server)
                        .withOptions(o -> o.withTimeouts(t -> t.withIdle(Duration.ofMillis(50)))).connect()) {
            assertThatThrownBy(connection::readLine).isInstanceOfSatisfying(ConnectionException.class,
                    e -> assertThat(e.reason().phrase()).isEqualTo("timed out: idle"));
        }
    }

    @Test
    void shouldThrowWhenTheServerResets() throws Exception {
        try (Server server = serve(); Connection connection = to(server).connect()) {
            connection.writeLine("reset");
            assertThatThrownBy(connection::readLine).isInstanceOfSatisfying(ConnectionException.class,
                    e -> assertThat(e.reason()).isInstanceOf(Cause.PeerReset.class));
        }
    }

    @Test
    void shouldEndAWaitFromAnotherThread() throws Exception {
        try (Server server = serve(); Connection connection = to(server).connect()) {
            Sender sender = connection.sender();
            connection.writeLine("hello");
            assertThat(connection.readLine()).isEqualTo("HELLO");
            Thread.ofPlatform().start(sender::close);
            assertThat(connection.readLine()).isNull();
        }
    }

    @Test
    void shouldBeOverWhenItIsClosed() throws Exception {
        try (Server server = serve()) {
            Connection connection = to(server).connect();
            connection.close();
            connection.close();
            assertThat(connection.ended()).isTrue();
            assertThatThrownBy(connection::readLine).isInstanceOf(ConnectionException.class);
            assertThatThrownBy(() -> connection.writeLine("x")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldConnectToAnotherServerFromAConnection() throws Exception {
        try (Server first = serve();
                Server second = serve();
                Connection connection = to(first).connect();
                Connection other = connection.connect(second.endpoints().getFirst())) {
            other.writeLine("other");
            assertThat(other.readLine()).isEqualTo("OTHER");
        }
    }

    @Test
    void shouldKeepItsEndpoint() {
        Client client = Client.to("tcp://127.0.0.1:1").withOptions(o -> o.withIdleTimeout(Duration.ofSeconds(9)));
        assertThat(client.endpoint()).isEqualTo(Endpoint.parse("tcp://127.0.0.1:1"));
        assertThat(client.options().orElseThrow().timeouts().idle()).isEqualTo(Duration.ofSeconds(9));
        assertThat(client.toString()).startsWith("Client[endpoint=tcp://127.0.0.1:1, ");
    }
}
