package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.BlockingSocket;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.UnreachableException;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks the sockets of this family with each other and with the JDK's.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class DescriptorSocketProviderTest {
    private static final Options.Sockets OPTIONS = Options.defaults().sockets();
    private static final long MILLI = 1_000_000;

    private final SocketProvider socketProvider = DescriptorSocketProvider.unlimited();

    @TempDir
    private Path directory;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    }

    private Listener listen(String endpoint) throws IOException {
        return socketProvider.listen(Endpoint.parse(endpoint), OPTIONS);
    }

    private static SocketChannel connect(SocketAddress address) throws IOException {
        return address instanceof UnixDomainSocketAddress
                ? open(SocketChannel.open(StandardProtocolFamily.UNIX), address)
                : open(SocketChannel.open(), address);
    }

    private static SocketChannel open(SocketChannel channel, SocketAddress address) throws IOException {
        channel.connect(address);
        return channel;
    }

    /// Accepts a connection. Listeners are non-blocking; a connection over the loopback is available at once.
    private static StreamSocket accept(Listener listener) throws IOException {
        return Objects.requireNonNull(listener.accept(), "no connection waits");
    }

    @Test
    void aTcpConnectionKnowsItsEndsAndCarriesBytes() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0");
        assertThat(listener.accept()).isNull();
        InetSocketAddress address = (InetSocketAddress) listener.address();
        assertThat(listener.endpoint()).isEqualTo(new Endpoint.Tcp("127.0.0.1", address.getPort()));
        try (SocketChannel client = connect(address)) {
            StreamSocket socket = accept(listener);
            assertThat(socket.control().ends().peer()).isEqualTo(client.getLocalAddress());
            assertThat(socket.control().ends().local()).isEqualTo(client.getRemoteAddress());
            exchange(client, socket);
        }
        listener.close();
        assertThat(listener.isOpen()).isFalse();
        assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> connect(address)).isInstanceOf(IOException.class);
    }

    private static void exchange(SocketChannel client, StreamSocket socket) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(100);
        client.write(bytes("hello"));
        assertThat(socket.read(in)).isEqualTo(5);
        assertThat(text(in)).isEqualTo("hello");
        assertThat(socket.control().waiting().readWithin(in.clear(), MILLI)).isEqualTo(BlockingSocket.TIMED_OUT);
        socket.control().blocking(false);
        assertThat(socket.read(in.clear())).isZero();
        assertThat(socket.write(bytes("world"))).isEqualTo(5);
        assertThat(socket.endOutput(false)).isTrue();
        assertThat(client.read(in.clear())).isEqualTo(5);
        assertThat(text(in)).isEqualTo("world");
        assertThat(client.read(in.clear())).isEqualTo(-1);
        client.shutdownOutput();
        socket.control().blocking(true);
        assertThat(socket.read(in.clear())).isEqualTo(StreamSocket.END);
        socket.close(false);
        socket.control().shutdown();
        socket.control().waiting().cutInput();
        assertThat(socket.endOutput(false)).isTrue();
        assertThatThrownBy(() -> socket.read(in.clear())).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> socket.write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aUnixPeerIsGoneOnlyWhenItHasClosedWithBytesUnread() throws Exception {
        Listener listener = listen("unix:" + directory.resolve("socket"));
        assertThat(gone(listener, 5)).as("everything was read").isFalse();
        assertThat(gone(listener, 4)).as("a byte was unread").isTrue();
        listener.close();
    }

    /// Whether a client is gone that has sent, has read this many of 5 bytes, and has closed.
    private static boolean gone(Listener listener, int readBytes) throws IOException {
        StreamSocket socket;
        try (SocketChannel client = connect(listener.address())) {
            socket = accept(listener);
            client.write(bytes("request"));
            assertThat(socket.write(bytes("reply"))).isEqualTo(5);
            assertThat(client.read(ByteBuffer.allocate(readBytes))).isEqualTo(readBytes);
            assertThat(socket.source().peerGone()).as("it is still connected").isFalse();
        }
        boolean gone = socket.source().peerGone();
        socket.close(false);
        return gone;
    }

    @Test
    void anEndpointForEveryAddressServesBothFamilies() throws Exception {
        Listener listener = listen("tcp://*:0");
        int port = ((InetSocketAddress) listener.address()).getPort();
        try (SocketChannel four = connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            StreamSocket socket = accept(listener);
            assertThat(socket.control().ends().peer()).isEqualTo(four.getLocalAddress());
            assertThat(socket.control().ends().local())
                    .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.close(false);
        }
        listener.close();
    }

    @Test
    void waitingEndsWhenAnotherThreadShutsTheSocketDown() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0");
        try (SocketChannel client = connect(listener.address())) {
            StreamSocket socket = accept(listener);
            Thread other = Thread.ofPlatform().start(socket.control()::shutdown);
            assertThat(socket.read(ByteBuffer.allocate(10))).isEqualTo(StreamSocket.END);
            other.join();
            socket.close(false);
            assertThat(client.isOpen()).isTrue();
        }
        listener.close();
    }

    @Test
    void aWriteThatWaitsWritesAllAndOneThatDoesNotWritesWhatFits() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0");
        ByteBuffer much = ByteBuffer.allocate(32 << 20);
        try (SocketChannel client = connect(listener.address())) {
            StreamSocket socket = accept(listener);
            socket.control().blocking(false);
            int fits = socket.write(much);
            assertThat(fits).isPositive().isLessThan(much.capacity());
            assertThat(much.position()).isEqualTo(fits);
            assertThat(socket.write(much)).isZero();
            socket.control().blocking(true);
            Thread reader = Thread.ofPlatform().start(() -> readAll(client, much.capacity()));
            assertThat(socket.write(much)).isEqualTo(much.capacity() - fits);
            reader.join();
            socket.close(false);
        }
        listener.close();
    }

    private static void readAll(SocketChannel client, long bytes) {
        ByteBuffer in = ByteBuffer.allocate(1 << 20);
        try {
            for (long left = bytes; left > 0;) {
                left -= client.read(in.clear());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void unreadBytesDoNotResetThePeerWhenDrained() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0");
        try (SocketChannel client = connect(listener.address())) {
            StreamSocket socket = accept(listener);
            client.write(ByteBuffer.allocate(1000));
            socket.write(bytes("last words"));
            socket.close(true);
            ByteBuffer in = ByteBuffer.allocate(100);
            assertThat(client.read(in)).isEqualTo(10);
            assertThat(client.read(in)).isEqualTo(-1);
        }
        listener.close();
    }

    @Test
    void aConnectionBeyondTheLimitIsClosedWithASentence() throws Exception {
        Listener listener = DescriptorSocketProvider.limitedTo(1).listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        try (SocketChannel client = connect(listener.address())) {
            assertThatThrownBy(listener::accept).hasMessageContaining("because select can watch 1 at most");
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        listener.close();
    }

    @Test
    void aUnixListenerOwnsItsFile() throws Exception {
        Path path = directory.resolve("stream");
        Listener listener = listen("unix:" + path);
        try (SocketChannel client = connect(listener.address())) {
            StreamSocket socket = accept(listener);
            assertThat(socket.control().ends().peer()).isEqualTo(UnixDomainSocketAddress.of(""));
            assertThat(socket.control().ends().local()).isEqualTo(UnixDomainSocketAddress.of(path));
            exchange(client, socket);
        }
        assertThatThrownBy(() -> listen("unix:" + path)).hasMessage(
                "cannot listen at unix:" + path + ": another server listens there; stop it or take another path");
        listener.close();
        listener.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void aStaleFileIsReplacedAndAnyOtherIsNot() throws Exception {
        Path path = directory.resolve("stale");
        try (var stale = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        listen("unix:" + path).close();
        Files.writeString(path, "mine");
        assertThatThrownBy(() -> listen("unix:" + path)).hasMessageContaining("is not a socket");
        assertThatThrownBy(() -> socketProvider.bind(Endpoint.parse("unixgram:" + path), OPTIONS))
                .hasMessageContaining("is not a socket");
        assertThatThrownBy(() -> listen("unix:" + directory.resolve("none/x"))).hasMessageContaining("directory");
    }

    @Test
    void whatCannotBeBoundIsRefusedWithASentence() throws Exception {
        Listener taken = listen("tcp://127.0.0.1:0");
        assertThatThrownBy(() -> socketProvider.listen(taken.endpoint(), OPTIONS)).hasMessage("cannot listen at "
                + taken.endpoint() + ": the port is in use; stop what listens there or take another port");
        taken.close();
        assertThatThrownBy(() -> listen("tcp://192.0.2.1:0")).hasMessageContaining("not one of this machine's");
        assertThatThrownBy(() -> listen("udp://127.0.0.1:0")).hasMessageContaining("no connections");
        assertThatThrownBy(() -> socketProvider.places(Endpoint.parse("fd:web"))).hasMessageContaining("inherited");
        assertThatThrownBy(() -> socketProvider.bind(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS))
                .hasMessageContaining("datagrams");
    }

    @Test
    void unixDatagramsComeAndAreAnsweredUnlessTheSenderHasNoName() throws Exception {
        DatagramPort server = socketProvider.bind(Endpoint.parse("unixgram:" + directory.resolve("server")), OPTIONS);
        DatagramPort client = socketProvider.bind(Endpoint.parse("unixgram:" + directory.resolve("client")), OPTIONS);
        ByteBuffer in = ByteBuffer.allocateDirect(100);
        assertThat(server.receive(in)).isNull();
        assertThat(client.sender().send(bytes("hello"), server.address(), client.address())).isTrue();
        SocketAddress peer = Objects.requireNonNull(server.receive(in));
        assertThat(peer).isEqualTo(client.address());
        assertThat(text(in)).isEqualTo("hello");
        assertThat(server.sender().send(bytes(""), peer, server.address())).isTrue();
        assertThat(client.receive(in.clear())).isEqualTo(server.address());
        assertThat(in.position()).isZero();
        assertThatThrownBy(() -> server.sender().send(bytes("x"), UnixDomainSocketAddress.of(""), server.address()))
                .hasMessageContaining("cannot be answered");
        client.close();
        assertThatThrownBy(() -> server.sender().send(bytes("x"), peer, server.address()))
                .hasMessageContaining("ENOENT");
        server.close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFullUnixReceiverRefusesAndLosesNothing() throws Exception {
        DatagramPort server = socketProvider.bind(Endpoint.parse("unixgram:" + directory.resolve("server")), OPTIONS);
        DatagramPort client = socketProvider.bind(Endpoint.parse("unixgram:" + directory.resolve("client")), OPTIONS);
        int sent = 0;
        while (client.sender().send(bytes("datagram"), server.address(), client.address())) {
            sent++;
        }
        int received = 0;
        while (server.receive(ByteBuffer.allocate(100)) != null) {
            received++;
        }
        assertThat(received).isEqualTo(sent).isPositive();
        server.close();
        client.close();
    }

    @Test
    void udpCutsWhatIsLongerThanTheBuffer() throws Exception {
        DatagramPort server = socketProvider.bind(Endpoint.parse("udp://*:0"), OPTIONS);
        DatagramPort client = socketProvider.bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
        int port = ((InetSocketAddress) server.address()).getPort();
        assertThat(client.sender().send(bytes("hello"), new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                client.address())).isTrue();
        ByteBuffer in = ByteBuffer.allocate(3);
        SocketAddress peer = Objects.requireNonNull(server.receive(in));
        assertThat(text(in)).isEqualTo("hel");
        assertThat(peer).isEqualTo(client.address());
        assertThat(server.sender().send(bytes("back"), peer, server.address())).isTrue();
        ByteBuffer back = ByteBuffer.allocate(100);
        assertThat(client.receive(back)).isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        assertThat(text(back)).isEqualTo("back");
        assertThatThrownBy(() -> client.sender().send(ByteBuffer.allocate(70_000), peer, client.address()))
                .hasMessageContaining("longer");
        server.close();
        client.close();
    }

    @Test
    void shouldTellItsOwnLackFromARefusal() throws IOException {
        InetSocketAddress anywhere = new InetSocketAddress("127.0.0.1", 9);
        assertThatThrownBy(() -> DescriptorSocketProvider.limitedTo(1).connecting(anywhere, null, OPTIONS))
                .isInstanceOf(ResourceExhaustedException.class).hasMessageContaining("; use epoll");
        for (int errno : new int[]{Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM}) {
            assertThatThrownBy(() -> ConnectErrnoMapper.requireSocket(-errno))
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageStartingWith("this process cannot open another socket (" + Errno.text(errno) + " in");
        }
        assertThatThrownBy(() -> ConnectErrnoMapper.requireSocket(-Errno.EAFNOSUPPORT))
                .isInstanceOf(SystemCallException.class);
        assertThat(ConnectErrnoMapper.requireSocket(7)).isEqualTo(7);
        for (int errno : new int[]{Errno.ENOBUFS, Errno.ENOMEM}) {
            assertThatThrownBy(() -> ConnectErrnoMapper.require(-errno, anywhere))
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageStartingWith("the system has no memory for another connection (" + Errno.text(errno));
        }
        for (int errno : new int[]{Errno.EADDRNOTAVAIL, Errno.EAGAIN, Errno.ECONNREFUSED}) {
            assertThatThrownBy(() -> ConnectErrnoMapper.require(-errno, anywhere))
                    .isInstanceOfSatisfying(UnreachableException.class, why -> assertThat(why.isOfLocalPorts())
                            .isEqualTo(errno != Errno.ECONNREFUSED));
        }
    }
}
