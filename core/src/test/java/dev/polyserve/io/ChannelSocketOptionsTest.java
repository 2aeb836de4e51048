package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The socket options that the JDK's channels set, and those that they refuse.
@Timeout(30)
class ChannelSocketOptionsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int BUFFER_BYTES = 40 << 10;

    @TempDir
    private Path directory;

    private static Options.Sockets options(UnaryOperator<Options.Sockets> change) {
        return change.apply(Options.defaults().sockets());
    }

    private static Listener listen(String endpoint, UnaryOperator<Options.Sockets> change) throws IOException {
        return new ChannelSocketProvider().listen(Endpoint.parse(endpoint), options(change));
    }

    private static StreamSocket accept(Listener listener) throws IOException {
        while (true) {
            StreamSocket accepted = listener.accept();
            if (accepted != null) {
                return accepted;
            }
            Thread.onSpinWait();
        }
    }

    private static SocketChannel channel(StreamSocket socket) {
        SelectableChannel channel = ((PollableChannel) socket.source()).channel();
        return (SocketChannel) channel;
    }

    private static SocketChannel connectUnix(SocketAddress address) throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(address);
        return client;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void tcpConnectionsHaveWhatWasAskedFor() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0", o -> o.withBufferBytes(BUFFER_BYTES, BUFFER_BYTES)
                .withKeepAlive(new Options.KeepAlive(MINUTE, Duration.ofSeconds(7), 5)));
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            StreamSocket socket = accept(listener);
            SocketChannel accepted = channel(socket);
            assertThat(accepted.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(60);
            assertThat(accepted.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(7);
            assertThat(accepted.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(5);
            assertThat(accepted.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(BUFFER_BYTES);
            assertThat(accepted.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(BUFFER_BYTES);
            assertThat(socket.control().ends().peerCredentials()).isEmpty();
            assertThat(client.isOpen()).isTrue();
            socket.close(false);
        }
        listener.close();
    }

    @Test
    void withoutBeingAskedNothingIsSet() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0", o -> o);
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            StreamSocket socket = accept(listener);
            assertThat(channel(socket).getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
            assertThat(client.isOpen()).isTrue();
            socket.close(false);
        }
        listener.close();
    }

    @Test
    void whatTheJdkLacksIsRefusedWithASentence() {
        assertThatThrownBy(() -> listen("tcp://127.0.0.1:0", o -> o.withUserTimeout(MINUTE)))
                .isInstanceOf(BindFailedException.class)
                .hasMessage("cannot listen at tcp://127.0.0.1:0: this model cannot set user-timeout (TCP_USER_TIMEOUT),"
                        + " which the JDK lacks; use a model on descriptors, as epoll, or leave the option out");
        assertThatThrownBy(() -> listen("tcp://127.0.0.1:0", o -> o.withDeferAccept(MINUTE)))
                .hasMessageContaining("defer-accept (TCP_DEFER_ACCEPT)");
        assertThatThrownBy(() -> listen("unix:@name", o -> o)).hasMessageContaining("no abstract addresses")
                .hasMessageContaining("./@name");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void unixConnectionsHaveTheirSendBufferAndDoNotKnowTheCredentialsOfTheirPeer() throws Exception {
        Listener listener = listen("unix:" + directory.resolve("socket"), o -> o.withBufferBytes(0, BUFFER_BYTES));
        try (SocketChannel client = connectUnix(listener.address())) {
            StreamSocket socket = accept(listener);
            assertThat(channel(socket).getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(BUFFER_BYTES);
            assertThatThrownBy(socket.control().ends()::peerCredentials)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("epoll");
            assertThat(client.isOpen()).isTrue();
            socket.close(false);
        }
        listener.close();
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> options(o -> o.withBufferBytes(-1, 0)))
                .hasMessage("receive-buffer: -1 is less than 0");
        assertThatThrownBy(() -> options(o -> o.withBufferBytes(0, -1))).hasMessage("send-buffer: -1 is less than 0");
        assertThatThrownBy(() -> options(o -> o.withUserTimeout(Duration.ofNanos(1))))
                .hasMessageContaining("user-timeout");
        assertThatThrownBy(() -> options(o -> o.withDeferAccept(Duration.ofMillis(10))))
                .hasMessageContaining("defer-accept: 10 ms is not between 1000 ms");
        assertThatThrownBy(() -> Options.KeepAlive.after(Duration.ofMillis(1_500)))
                .hasMessageContaining("whole seconds");
        assertThatThrownBy(() -> new Options.KeepAlive(MINUTE, MINUTE, 128)).hasMessageContaining("128 probes");
    }
}
