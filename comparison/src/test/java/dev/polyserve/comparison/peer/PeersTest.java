package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.comparison.peer.PeerProcess.Listed;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks the assumptions of the comparison for every echo server on this machine: it returns every byte, to several
/// clients at once, completes a reply before it ends the connection, and ends on TERM. A missing one is skipped, by
/// name.
@Tag("slow")
class PeersTest {
    private static final int CLIENTS = 8;
    private static final int MANY_BYTES = 1 << 20;
    /// Small enough for the sockets' buffers, so that neither side has to read meanwhile.
    private static final int FEW_BYTES = 48 << 10;

    static List<Listed> peers() throws Exception {
        return PeerProcess.tested("--list");
    }

    @ParameterizedTest
    @MethodSource("peers")
    void echoesAndEndsOnTerm(Listed listed) throws Exception {
        listed.requireReady();
        try (PeerProcess peer = PeerProcess.start(listed.name())) {
            peer.requireRunning(listed);
            long seed = ThreadLocalRandom.current().nextLong(1_000_000);
            converseWith(listed, peer, seed);
            PeerEndCheck.onTerm(peer);
        }
    }

    @Test
    void thePeersInJavaAreAlwaysReady() throws Exception {
        assertThat(PeerProcess.list("--list")).filteredOn(p -> p.name().matches("(jdk|netty|vertx).*"))
                .hasSizeGreaterThan(2)
                .allMatch(Listed::ready);
    }

    @Test
    void anUnknownPeerIsNamed() throws Exception {
        try (PeerProcess peer = PeerProcess.start("rust")) {
            assertThat(peer.status()).isEqualTo(2);
            assertThat(peer.log()).startsWith("peer: there is no peer 'rust'; take one of c-epoll ").hasLineCount(1);
        }
    }

    /// Netty's io_uring sometimes misses a half-close and keeps that client waiting; its other clients are served. This
    /// is an error of the peer.
    private static void converseWith(Listed listed, PeerProcess peer, long seed) throws Exception {
        try {
            converse(peer, seed);
        } catch (ExecutionException e) {
            if (!listed.name().startsWith("netty-io_uring") || !(e.getCause() instanceof SocketTimeoutException)) {
                throw e;
            }
            converse(peer, seed);
        }
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
}
