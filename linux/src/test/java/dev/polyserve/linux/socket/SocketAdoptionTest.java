package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.Pollable;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks that open sockets are adopted unchanged.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class SocketAdoptionTest {
    private static final Options.Sockets OPTIONS = Options.defaults().sockets();

    private final PreopenedSockets given = new PreopenedSockets();
    private final DescriptorSocketProvider socketProvider = DescriptorSocketProvider.unlimited().serving(given);
    private final SystemCallMemory memory = SystemCallMemory.forTransfers();

    @TempDir
    private Path directory;

    /// Duplicates the descriptor of a socket, as if a parent process had passed it down.
    private int handedDown(Pollable source) throws IOException {
        return SystemCallException.require("dup",
                DescriptorCalls.duplicate(memory, ((PollableDescriptor) source).descriptor().number()));
    }

    private static Endpoint inherited(int number) {
        return Endpoint.parse("fd:" + number);
    }

    private void requireServes(Listener listener, SocketAddress address) throws IOException {
        try (SocketChannel client = SocketChannel.open(address)) {
            StreamSocket socket = Objects.requireNonNull(listener.accept(), "no connection waits");
            client.write(ByteBuffer.wrap(new byte[]{1, 2, 3}));
            assertThat(socket.read(ByteBuffer.allocate(10))).isEqualTo(3);
            socket.close(false);
        }
    }

    @Test
    void aTcpListenerIsServedWhereItReallyIsAndGoesOnForOthers() throws Exception {
        Listener parents = socketProvider.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        int number = handedDown(parents);
        assertThat(socketProvider.places(inherited(number)))
                .containsExactly(new SocketProvider.Place(inherited(number), false));
        Listener adopted = socketProvider.listen(inherited(number), OPTIONS);
        assertThat(adopted.endpoint()).isEqualTo(parents.endpoint());
        assertThat(adopted.address()).isEqualTo(parents.address());
        assertThat(adopted.accept()).as("it does not wait").isNull();
        requireServes(adopted, parents.address());
        adopted.close();
        requireServes(parents, parents.address());
        parents.close();
    }

    @Test
    void aListenerAtEveryAddressSaysSo() throws Exception {
        Listener parents = socketProvider.listen(Endpoint.parse("tcp://*:0"), OPTIONS);
        Listener adopted = socketProvider.listen(inherited(handedDown(parents)), OPTIONS);
        assertThat(adopted.endpoint()).isEqualTo(parents.endpoint());
        adopted.close();
        parents.close();
    }

    @Test
    void theFileOfAnInheritedUnixSocketStays() throws Exception {
        Path path = directory.resolve("socket");
        Listener parents = socketProvider.listen(new Endpoint.Unix(path), OPTIONS);
        Listener adopted = socketProvider.listen(inherited(handedDown(parents)), OPTIONS);
        assertThat(adopted.endpoint()).isEqualTo(new Endpoint.Unix(path));
        requireServes(adopted, UnixDomainSocketAddress.of(path));
        adopted.close();
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        requireServes(parents, UnixDomainSocketAddress.of(path));
        parents.close();
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void theFileOfAGivenUnixSocketGoesIfThatWasAgreed() throws Exception {
        Path path = directory.resolve("socket");
        Endpoint endpoint = new Endpoint.Unix(path);
        Listener first = socketProvider.listen(endpoint, OPTIONS);
        given.give(endpoint, List.of(new PreopenedSockets.Given(handedDown(first), true)));
        assertThat(given.has(endpoint)).isTrue();
        Listener second = socketProvider.listen(endpoint, OPTIONS);
        assertThat(given.has(endpoint)).as("it is taken").isFalse();
        requireServes(second, UnixDomainSocketAddress.of(path));
        second.close();
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
        first.close();
    }

    @Test
    void aGivenListenerKeepsTheNameThatWasAsked() throws Exception {
        Listener first = socketProvider.listen(Endpoint.parse("tcp://localhost:0"), OPTIONS);
        Endpoint asked = Endpoint.parse("tcp://localhost:0");
        given.give(asked, List.of(new PreopenedSockets.Given(handedDown(first), false)));
        Listener second = socketProvider.listen(asked, OPTIONS);
        assertThat(second.endpoint()).isEqualTo(first.endpoint());
        second.close();
        first.close();
    }

    @Test
    void aNameThatIsListedTwiceHasSocketsOfItsOwnForEach() throws Exception {
        Endpoint name = Endpoint.parse("tcp://both.test:0");
        List<Listener> bound = new ArrayList<>();
        for (String address : List.of("127.0.0.1", "127.0.0.2", "127.0.0.1")) {
            bound.add(socketProvider.listen(new Endpoint.Tcp(address, 0), OPTIONS));
        }
        given.give(name, List.of(handed(bound.get(0)), handed(bound.get(1))));
        given.give(name, List.of(handed(bound.get(2))));
        assertThat(socketProvider.places(name)).hasSize(2);
        assertThat(socketProvider.places(name)).hasSize(1);
        for (Listener each : bound) {
            Listener adopted = socketProvider.listen(name, OPTIONS);
            assertThat(adopted.endpoint()).isEqualTo(each.endpoint());
            adopted.close();
            each.close();
        }
        assertThat(given.has(name)).isFalse();
    }

    private PreopenedSockets.Given handed(Listener bound) throws IOException {
        return new PreopenedSockets.Given(handedDown(bound), false, Optional.of(bound.endpoint()));
    }

    @Test
    void datagramSocketsAreKnownAsSuch() throws Exception {
        DescriptorDatagramPort udp = socketProvider.bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
        DescriptorDatagramPort unix = socketProvider.bind(new Endpoint.UnixDatagram(directory.resolve("datagrams")),
                OPTIONS);
        for (DescriptorDatagramPort parents : List.of(udp, unix)) {
            int number = handedDown(parents);
            assertThat(socketProvider.places(inherited(number)))
                    .containsExactly(new SocketProvider.Place(inherited(number), true));
            assertThatThrownBy(() -> socketProvider.listen(inherited(number), OPTIONS))
                    .hasMessage("cannot listen at fd:" + number + ": it carries no connections");
            DescriptorDatagramPort adopted = socketProvider.bind(inherited(number), OPTIONS);
            assertThat(adopted.endpoint()).isEqualTo(parents.endpoint());
            assertThat(adopted.receive(ByteBuffer.allocate(10))).as("it does not wait").isNull();
            adopted.close();
        }
        udp.close();
        unix.close();
    }

    @Test
    void namesMayMeanSeveral() throws Exception {
        Listener stream = socketProvider.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        DescriptorDatagramPort datagrams = socketProvider.bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
        int first = handedDown(stream);
        int second = handedDown(datagrams);
        given.name("both", first);
        given.name("both", second);
        assertThat(socketProvider.places(Endpoint.parse("fd:both"))).containsExactly(
                new SocketProvider.Place(inherited(first), false), new SocketProvider.Place(inherited(second), true));
        assertThatThrownBy(() -> socketProvider.places(Endpoint.parse("fd:other")))
                .hasMessage("cannot listen at fd:other: no socket of that name was inherited; see LISTEN_FDNAMES");
        socketProvider.listen(inherited(first), OPTIONS).close();
        socketProvider.bind(inherited(second), OPTIONS).close();
        stream.close();
        datagrams.close();
    }

    @Test
    void whatCannotBeServedIsRefusedInOneSentence() throws Exception {
        assertThatThrownBy(() -> socketProvider.places(Endpoint.parse("fd:99999999"))).isInstanceOf(IOException.class)
                .hasMessage("cannot listen at fd:99999999: descriptor 99999999 is not open; the process that starts"
                        + " this one has to hand it down");
        int event = DescriptorCalls.eventfd(memory);
        assertThatThrownBy(() -> socketProvider.places(inherited(event))).hasMessage("cannot listen at fd:" + event
                + ": descriptor " + event + " is not a socket; hand down a listening one");
        int socket = SocketCalls.socket(memory, 2, SocketCalls.STREAM);
        assertThatThrownBy(() -> socketProvider.listen(inherited(socket), OPTIONS))
                .hasMessage("cannot listen at fd:" + socket + ": it does not listen; hand down a listening socket");
        int unbound = SocketCalls.socket(memory, 2, SocketCalls.DATAGRAM);
        assertThatThrownBy(() -> socketProvider.bind(inherited(unbound), OPTIONS))
                .hasMessage("cannot listen at fd:" + unbound + ": it is bound to no port; hand down a bound socket");
        for (int number : new int[]{event, socket, unbound}) {
            assertThat(DescriptorCalls.close(memory, number)).as("it was left alone").isZero();
        }
    }

    @Test
    void anAdoptedPortAnswers() throws Exception {
        DescriptorDatagramPort parents = socketProvider.bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
        DatagramPort adopted = socketProvider.bind(inherited(handedDown(parents)), OPTIONS);
        parents.close();
        try (DatagramChannel client = DatagramChannel.open(StandardProtocolFamily.INET)) {
            client.connect(adopted.address());
            client.write(ByteBuffer.wrap(new byte[]{1}));
            SocketAddress sender = Objects.requireNonNull(adopted.receive(ByteBuffer.allocate(10)), "no datagram");
            assertThat(sender).isEqualTo(client.getLocalAddress());
            assertThat(adopted.sender().send(ByteBuffer.wrap(new byte[]{2, 3}), sender, adopted.address())).isTrue();
            assertThat(client.read(ByteBuffer.allocate(10))).isEqualTo(2);
        }
        adopted.close();
    }

    @Test
    void aVirtualThreadMayWaitForASocketAndIsInterrupted() throws Exception {
        Listener listener = socketProvider.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            StreamSocket socket = Objects.requireNonNull(listener.accept(), "no connection waits");
            ByteBuffer in = ByteBuffer.allocate(10);
            var read = new FutureTask<>(() -> socket.read(in));
            Thread.ofVirtual().start(read);
            client.write(ByteBuffer.wrap(new byte[]{1}));
            assertThat(read.get()).isEqualTo(1);
            var interrupted = new FutureTask<>(() -> socket.read(in));
            Thread.ofVirtual().start(interrupted).interrupt();
            assertThatThrownBy(interrupted::get).hasCauseInstanceOf(ClosedByInterruptException.class);
            assertThat(client.read(ByteBuffer.allocate(1))).as("the connection is over").isEqualTo(-1);
            socket.close(false);
        }
        listener.close();
    }

    @Test
    void oneConnectionThatWasHandedDownComesOnce() throws Exception {
        Listener parents = socketProvider.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        try (SocketChannel client = SocketChannel.open(parents.address())) {
            StreamSocket accepted = Objects.requireNonNull(parents.accept(), "no connection waits");
            int number = handedDown(accepted.source());
            accepted.close(false);
            assertThat(socketProvider.places(inherited(number)))
                    .containsExactly(new SocketProvider.Place(inherited(number), false));
            Listener handed = socketProvider.listen(inherited(number), OPTIONS);
            assertThat(handed.endpoint()).isEqualTo(parents.endpoint());
            StreamSocket socket = Objects.requireNonNull(handed.accept(), "it waits");
            assertThat(handed.accept()).isNull();
            assertThat(socket.control().ends().peer()).isEqualTo(client.getLocalAddress());
            client.write(ByteBuffer.wrap(new byte[]{1, 2}));
            assertThat(socket.read(ByteBuffer.allocate(10))).isEqualTo(2);
            handed.close();
            assertThat(socket.write(ByteBuffer.wrap(new byte[]{3}))).as("it goes on").isEqualTo(1);
            socket.close(false);
            assertThat(handed.isOpen()).isFalse();
        }
        parents.close();
    }

    @Test
    void aConnectionThatWasNotTakenIsClosed() throws Exception {
        Listener parents = socketProvider.listen(Endpoint.parse("tcp://127.0.0.1:0"), OPTIONS);
        try (SocketChannel client = SocketChannel.open(parents.address())) {
            StreamSocket accepted = Objects.requireNonNull(parents.accept(), "no connection waits");
            int number = handedDown(accepted.source());
            accepted.close(false);
            socketProvider.listen(inherited(number), OPTIONS).close();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        parents.close();
    }
}
