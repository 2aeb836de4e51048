package dev.polyserve.cli.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.io.NameLookup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The dialer tries all addresses of a name.
@Timeout(60)
class DialerTest {
    private static Endpoint endpoint(String host, int port) {
        return Endpoint.parse("tcp://" + host + ":" + port);
    }

    private static ServerSocket listener(String address) throws IOException {
        return new ServerSocket(0, 5, InetAddress.ofLiteral(address));
    }

    @Test
    void afterARefusalTheNextAddressIsTried() throws Exception {
        try (ServerSocket listener = listener("127.0.0.3")) {
            String name = TestNameResolver.of("127.0.0.1", "127.0.0.2", "127.0.0.3");
            try (SocketChannel channel = Dialer.connect(endpoint(name, listener.getLocalPort()))) {
                assertThat(channel.getRemoteAddress()).isEqualTo(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), listener.getLocalPort()));
                assertThat(channel.isBlocking()).isTrue();
            }
        }
    }

    @Test
    void theErrorNamesEveryAttempt() throws Exception {
        int free;
        try (ServerSocket closed = listener("127.0.0.1")) {
            free = closed.getLocalPort();
        }
        String name = TestNameResolver.of("127.0.0.1", "127.0.0.2");
        assertThatThrownBy(() -> Dialer.connect(endpoint(name, free))).isInstanceOf(IOException.class)
                .hasMessage("127.0.0.1:" + free + ": Connection refused; 127.0.0.2:" + free + ": Connection refused");
        assertThatThrownBy(() -> Dialer.connect(endpoint("unknown.test", free))).isInstanceOf(IOException.class)
                .hasMessage("unknown host unknown.test");
    }

    @Test
    void anAddressThatDoesNotAnswerDoesNotDelayTheNext() throws Exception {
        // A listener with a full accept queue does not answer.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"));
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                SocketChannel _ = SocketChannel.open(full.getLocalSocketAddress());
                ServerSocket listener = new ServerSocket(full.getLocalPort(), 5, InetAddress.ofLiteral("127.0.0.3"))) {
            String name = TestNameResolver.of("127.0.0.2", "127.0.0.3");
            try (SocketChannel channel = Dialer.connect(endpoint(name, listener.getLocalPort()))) {
                assertThat(channel.getRemoteAddress()).isEqualTo(listener.getLocalSocketAddress());
            }
        }
    }

    @Test
    void familiesTakeTurns() {
        List<InetAddress> all = List.of("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1").stream()
                .map(InetAddress::ofLiteral).toList();
        assertThat(NameLookup.interleaved(all)).extracting(InetAddress::getHostAddress)
                .containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1", "192.0.2.2", "192.0.2.3");
        assertThat(NameLookup.interleaved(all.reversed()).getFirst()).isEqualTo(all.getLast());
    }
}
