package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Pollable;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks the features that only descriptors have: all options, addresses that are not files, and the credentials of
/// the peer.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SocketOptionsTest {
    private static final int BUFFER_BYTES = 40 << 10;

    private final SocketProvider socketProvider = DescriptorSocketProvider.unlimited();
    private final SystemCallMemory memory = SystemCallMemory.small();

    @TempDir
    private Path directory;

    private static Options.Sockets options(UnaryOperator<Options.Sockets> change) {
        return change.apply(Options.defaults().sockets());
    }

    private Listener listen(String endpoint, UnaryOperator<Options.Sockets> change) throws IOException {
        return socketProvider.listen(Endpoint.parse(endpoint), options(change));
    }

    private DatagramPort bind(String endpoint, UnaryOperator<Options.Sockets> change) throws IOException {
        return socketProvider.bind(Endpoint.parse(endpoint), options(change));
    }

    private int option(Pollable source, IntSocketOption option) {
        return SocketCalls.getOption(memory, ((PollableDescriptor) source).descriptor().number(), option);
    }

    /// A query that is repeated until it returns a value; the class's time limit ends it.
    private interface Asked<T> {
        @Nullable T ask() throws IOException;
    }

    private static <T> T awaited(Asked<T> asked) throws IOException {
        while (true) {
            T answer = asked.ask();
            if (answer != null) {
                return answer;
            }
            Thread.onSpinWait();
        }
    }

    private static SocketChannel connectUnix(SocketAddress address) throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(address);
        return client;
    }

    private static String name() {
        return "polyserve-" + UUID.randomUUID();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void tcpConnectionsHaveWhatWasAskedForOfTheirListener() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0", o -> o.withBufferBytes(BUFFER_BYTES, 2 * BUFFER_BYTES)
                .withKeepAlive(new Options.KeepAlive(Duration.ofMinutes(1), Duration.ofSeconds(7), 5))
                .withUserTimeout(Duration.ofMillis(4_321)));
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            StreamSocket accepted = awaited(listener::accept);
            assertThat(option(accepted.source(), IntSocketOption.SO_KEEPALIVE)).isEqualTo(1);
            assertThat(option(accepted.source(), IntSocketOption.TCP_KEEPIDLE)).isEqualTo(60);
            assertThat(option(accepted.source(), IntSocketOption.TCP_KEEPINTVL)).isEqualTo(7);
            assertThat(option(accepted.source(), IntSocketOption.TCP_KEEPCNT)).isEqualTo(5);
            assertThat(option(accepted.source(), IntSocketOption.TCP_USER_TIMEOUT)).isEqualTo(4_321);
            assertThat(option(accepted.source(), IntSocketOption.SO_RCVBUF)).isEqualTo(2 * BUFFER_BYTES);
            assertThat(option(accepted.source(), IntSocketOption.SO_SNDBUF)).isEqualTo(4 * BUFFER_BYTES);
            assertThat(accepted.control().ends().peerCredentials()).isEmpty();
            assertThat(client.isOpen()).isTrue();
            accepted.close(false);
        }
        listener.close();
    }

    @Test
    void aDeferredConnectionIsAcceptedOnlyWithItsFirstByte() throws Exception {
        Listener listener = listen("tcp://127.0.0.1:0", o -> o.withDeferAccept(Duration.ofMinutes(10)));
        assertThat(option(listener, IntSocketOption.TCP_DEFER_ACCEPT)).isPositive();
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            assertThat(listener.accept()).as("connected, but silent").isNull();
            client.write(bytes("x"));
            StreamSocket accepted = awaited(listener::accept);
            assertThat(accepted.control().ends().peer()).isEqualTo(client.getLocalAddress());
            accepted.close(false);
        }
        listener.close();
    }

    @Test
    void datagramPortsHaveTheirBuffers() throws Exception {
        DatagramPort udp = bind("udp://127.0.0.1:0", o -> o.withBufferBytes(BUFFER_BYTES, 2 * BUFFER_BYTES));
        assertThat(option(udp, IntSocketOption.SO_RCVBUF)).isEqualTo(2 * BUFFER_BYTES);
        assertThat(option(udp, IntSocketOption.SO_SNDBUF)).isEqualTo(4 * BUFFER_BYTES);
        udp.close();
        DatagramPort unix = bind("unixgram:" + directory.resolve("port"), o -> o.withBufferBytes(0, BUFFER_BYTES));
        assertThat(option(unix, IntSocketOption.SO_SNDBUF)).isEqualTo(2 * BUFFER_BYTES);
        unix.close();
    }

    @Test
    void aUnixConnectionHasItsSendBufferAndKnowsTheCredentialsOfItsPeer() throws Exception {
        Listener listener = listen("unix:" + directory.resolve("socket"), o -> o.withBufferBytes(0, BUFFER_BYTES));
        StreamSocket accepted;
        try (SocketChannel client = connectUnix(listener.address())) {
            accepted = awaited(listener::accept);
            assertThat(option(accepted.source(), IntSocketOption.SO_SNDBUF)).isEqualTo(2 * BUFFER_BYTES);
            assertThat(accepted.control().ends().peerCredentials()).contains(ourselves());
            assertThat(client.isOpen()).isTrue();
        }
        accepted.close(false);
        assertThat(accepted.control().ends().peerCredentials()).as("for the log, afterwards").contains(ourselves());
        listener.close();
    }

    private ConnectionInfo.Credentials ourselves() throws IOException {
        Path ours = Files.createTempFile(directory, "ours", null);
        return new ConnectionInfo.Credentials((int) ProcessHandle.current().pid(),
                (int) Files.getAttribute(ours, "unix:uid"), (int) Files.getAttribute(ours, "unix:gid"));
    }

    @Test
    void anAbstractNameIsReachedByOtherProgramsAndLeavesNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/socat")), "no socat");
        String name = name();
        Listener listener = listen("unix:@" + name, o -> o);
        assertThat(listener.address()).isEqualTo(UnixDomainSocketAddress.of("@" + name));
        assertThat(Path.of("@" + name)).doesNotExist();
        Process socat = new ProcessBuilder("/usr/bin/socat", "-", "ABSTRACT-CONNECT:" + name).start();
        try (var toSocat = socat.getOutputStream()) {
            StreamSocket accepted = awaited(listener::accept);
            assertThat(accepted.control().ends().peerCredentials().orElseThrow().pid()).isEqualTo((int) socat.pid());
            toSocat.write("hello".getBytes(StandardCharsets.UTF_8));
            toSocat.flush();
            ByteBuffer in = ByteBuffer.allocate(10);
            assertThat(accepted.read(in)).isEqualTo(5);
            accepted.write(in.flip());
            accepted.close(false);
            assertThat(socat.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        } finally {
            socat.destroy();
            assertThat(socat.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThatThrownBy(() -> listen("unix:@" + name, o -> o)).hasMessage("cannot listen at unix:@" + name
                + ": another server has this address; stop it or take another one");
        listener.close();
        listen("unix:@" + name, o -> o).close();
    }

    @Test
    void datagramsGoBetweenAbstractNames() throws Exception {
        DatagramPort server = bind("unixgram:@" + name(), o -> o);
        DatagramPort client = bind("unixgram:@" + name(), o -> o);
        assertThat(client.sender().send(bytes("hello"), server.address(), client.address())).isTrue();
        ByteBuffer in = ByteBuffer.allocate(10);
        SocketAddress peer = Objects.requireNonNull(server.receive(in));
        assertThat(peer).isEqualTo(client.address());
        assertThat(server.sender().send(bytes("back"),
                UnixDomainSocketAddress.of(((UnixDomainSocketAddress) peer).getPath()), server.address()))
                .isTrue();
        assertThat(client.receive(in.clear())).isEqualTo(server.address());
        assertThat(in.flip()).isEqualTo(bytes("back"));
        server.close();
        client.close();
    }
}
