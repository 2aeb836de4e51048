package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.Connector;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.HandlerOutgoingConnections;
import dev.polyserve.conversation.OutgoingConversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.BlockingWire;
import dev.polyserve.io.ChannelSocketProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Names with several addresses, of which some do not answer.
@Timeout(30)
class OutgoingConnectorTest {
    private final List<Limit> reached = new ArrayList<>();

    private OutgoingConnector connector(String... addresses) {
        ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {
            @Override
            public void limitReached(Limit limit) {
                reached.add(limit);
            }
        }, NanoClock.SYSTEM, _ -> {
        });
        List<InetAddress> found = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        return new OutgoingConnector(new ChannelSocketProvider(), context, new OutgoingAddressResolver((_, _) -> found),
                new OutgoingTlsHandshakes(Runnable::run),
                (own, socket, identity, owner, again) -> new OutgoingConversation(own, identity,
                        new BlockingWire(socket.socket(), own), owner, again));
    }

    private static Connector.Owner owner() {
        return new Connector.Owner(null, HandlerBorder.NONE, new HandlerOutgoingConnections(), null);
    }

    private static Client to(int port) {
        return Client.to("tcp://name.test:" + port);
    }

    private static ServerSocket listener(String address, int port) throws IOException {
        return new ServerSocket(port, 5, InetAddress.ofLiteral(address));
    }

    private static void assertConnected(OutgoingConnector connector, Client to, ServerSocket listener)
            throws IOException {
        try (Connection connection = connector.connect(to, owner());
                Socket accepted = listener.accept()) {
            assertThat(connection.info().peer()).isEqualTo(listener.getLocalSocketAddress());
            assertThat(connection.info().local()).isEqualTo(accepted.getRemoteSocketAddress());
            connection.writeLine("hello");
            connection.flush();
            assertThat(accepted.getInputStream().read()).isEqualTo('h');
        }
    }

    @Test
    void shouldTryTheNextAddressAfterARefusal() throws Exception {
        try (ServerSocket listener = listener("127.0.0.3", 0)) {
            assertConnected(connector("127.0.0.1", "127.0.0.2", "127.0.0.3"), to(listener.getLocalPort()), listener);
        }
        assertThat(reached).isEmpty();
    }

    @Test
    void shouldTryTheNextAddressWhenOneDoesNotAnswer() throws Exception {
        // A listener with a full accept queue does not answer.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"));
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                ServerSocket listener = listener("127.0.0.3", full.getLocalPort())) {
            assertConnected(connector("127.0.0.2", "127.0.0.3"), to(full.getLocalPort()), listener);
        }
        assertThat(reached).isEmpty();
    }

    @Test
    void shouldLimitAllAttemptsTogether() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"));
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress())) {
            int port = full.getLocalPort();
            Client client = to(port).withOptions(o -> o.withTimeouts(t -> t.withConnect(Duration.ofMillis(600))));
            assertThatThrownBy(() -> connector("127.0.0.1", "127.0.0.2", "127.0.0.2").connect(client, owner()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith(
                            "cannot connect to tcp://name.test:" + port + ": at 127.0.0.1:" + port + ", ")
                    .hasMessageContaining("; at 127.0.0.2:" + port + ", no answer within ");
        }
        assertThat(reached).containsExactly(Limit.CONNECT);
    }

    @Test
    void shouldConnectFromALocalAddress() throws Exception {
        InetAddress local = InetAddress.ofLiteral("127.0.0.9");
        try (ServerSocket listener = listener("127.0.0.3", 0)) {
            Client client = to(listener.getLocalPort()).withLocalAddress(local);
            OutgoingConnector connector = connector("::1", "127.0.0.3");
            assertConnected(connector, client, listener);
            try (Connection connection = connector.connect(client, owner())) {
                assertThat(((InetSocketAddress) connection.info().local()).getAddress()).isEqualTo(local);
            }
        }
    }

    @Test
    void shouldSayThatALocalAddressCannotBeUsed() {
        assertThatThrownBy(() -> connector("127.0.0.3")
                .connect(to(9).withLocalAddress(InetAddress.ofLiteral("192.0.2.1")), owner()))
                .isInstanceOf(ConnectException.class).hasMessageStartingWith(
                        "cannot connect to tcp://name.test:9: the local address 192.0.2.1 cannot be used (");
        assertThatThrownBy(() -> connector("127.0.0.3")
                .connect(to(9).withLocalAddress(InetAddress.ofLiteral("::1")), owner()))
                .isInstanceOf(ConnectException.class).hasMessageContaining("none of its addresses has the family");
        assertThatThrownBy(() -> Client.to("unix:/x").withLocalAddress(InetAddress.ofLiteral("127.0.0.1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("local address: only tcp:// and tls:// connections have one, not unix:/x");
    }

    @Test
    void shouldEndAttemptsWithAnInterrupt() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"));
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress())) {
            Client client = to(full.getLocalPort());
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> connector("127.0.0.2", "127.0.0.2").connect(client, owner()))
                    .isInstanceOf(IOException.class).isNotInstanceOf(ConnectException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
