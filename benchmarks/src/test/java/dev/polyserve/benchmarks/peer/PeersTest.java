package dev.polyserve.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.polyserve.benchmarks.peer.PeerProcess.Listed;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every peer that this machine has does what the comparison takes for granted: it sends every byte back, to several
/// clients at once, ends a reply before the connection, and ends itself on TERM. One that is missing is skipped, by name.
class PeersTest {
    private static final int CLIENTS = 8;
    private static final int MANY_BYTES = 1 << 20;
    /// As much as the buffers of the sockets hold, so that nobody has to read meanwhile.
    private static final int FEW_BYTES = 48 << 10;
    private static final int END_SECONDS = 20;

    static List<Listed> peers() throws Exception {
        return PeerProcess.list();
    }

    @ParameterizedTest
    @MethodSource("peers")
    void echoesAndEndsOnTerm(Listed listed) throws Exception {
        requireReady(listed);
        try (PeerProcess peer = PeerProcess.start(listed.name())) {
            requireRunning(listed, peer);
            long seed = ThreadLocalRandom.current().nextLong(1_000_000);
            converse(peer, seed);
            endsWithAllItsProcesses(peer);
        }
    }

    @Test
    void thePeersInJavaAreAlwaysReady() throws Exception {
        assertThat(peers()).filteredOn(p -> p.name().matches("(jdk|netty|vertx).*")).hasSizeGreaterThan(2)
                .allMatch(Listed::ready);
    }

    @Test
    void anUnknownPeerIsNamed() throws Exception {
        try (PeerProcess peer = PeerProcess.start("rust")) {
            assertThat(peer.status()).isEqualTo(2);
            assertThat(peer.log()).startsWith("peer: there is no peer 'rust'; take one of c-epoll ").hasLineCount(1);
        }
    }

    /// One sentence on the console as well: a skipped test says nothing there by itself.
    private static void requireReady(Listed listed) {
        if (!listed.ready()) {
            skip(listed + " is not tested here; " + listed.status());
        }
    }

    private static void requireRunning(Listed listed, PeerProcess peer) {
        if (!peer.alive() && peer.status() == PeerProcess.UNUSABLE) {
            assertThat(peer.log()).startsWith("peer: ").hasLineCount(1);
            skip(listed + " is not tested here; " + peer.log());
        }
        assertThat(peer.alive()).as("alive: %s", peer.log()).isTrue();
    }

    private static void skip(String reason) {
        System.out.println("benchmarks: " + reason);
        abort(reason);
    }

    private static void converse(PeerProcess peer, long seed) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var clients = IntStream.range(0, CLIENTS).mapToObj(i -> i % 2 == 0
                    ? new EchoClient(peer.address(), seed + i, MANY_BYTES, false)
                    : new EchoClient(peer.address(), seed + i, FEW_BYTES, true)).toList();
            for (var done : threads.invokeAll(clients)) {
                done.get();
            }
        }
        assertThat(peer.alive()).as("alive after its clients: %s", peer.log()).isTrue();
        assertThat(peer.log()).isEmpty();
    }

    private static void endsWithAllItsProcesses(PeerProcess peer) throws Exception {
        try (var client = new Socket()) {
            client.connect(peer.address());
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('x');
            List<ProcessHandle> family = peer.family();
            peer.terminate();
            assertThat(peer.status()).isEqualTo(PeerProcess.ENDED_BY_TERM);
            for (ProcessHandle member : family) {
                member.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            }
        }
        peer.awaitSilence();
    }
}
