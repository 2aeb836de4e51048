package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.comparison.peer.PeerProcess.Listed;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks the assumptions of `comparison/tls` for every peer: it has the one certificate, returns every byte to several
/// clients at once over TLS 1.3, ends a connection after its client, and ends on TERM. A missing one is skipped, by
/// name.
@Tag("slow")
class TlsPeersTest {
    private static final Path CERTIFICATE = Path.of(PeerProcess.SCRIPT).resolveSibling("target/tls/certificate.pem");
    private static final int CLIENTS = 4;
    private static final int BYTES = 300_000;
    /// The exit status of nginx after TERM.
    private static final int ENDED_AS_ASKED = 0;

    static List<Listed> peers() throws Exception {
        return PeerProcess.tested("--list-tls");
    }

    @ParameterizedTest
    @MethodSource("peers")
    void echoesOverTlsAndEndsOnTerm(Listed listed) throws Exception {
        listed.requireReady();
        try (PeerProcess peer = PeerProcess.start(listed.name())) {
            peer.requireRunning(listed);
            SSLContext context = TlsClient.trusting(CERTIFICATE);
            long seed = ThreadLocalRandom.current().nextLong(1_000_000);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var clients = IntStream.range(0, CLIENTS)
                        .mapToObj(i -> new TlsClient(peer.address(), context, seed + i, BYTES)).toList();
                for (var done : threads.invokeAll(clients)) {
                    done.get();
                }
            }
            assertThat(peer.alive()).as("alive after its clients: %s", peer.log()).isTrue();
            assertThat(peer.log()).isEmpty();
            try (Socket client = TlsClient.connected(peer.address(), context)) {
                PeerEndCheck.onTerm(peer, client,
                        listed.name().equals("tls-nginx") ? ENDED_AS_ASKED : PeerProcess.ENDED_BY_TERM);
            }
            peer.awaitSilence();
        }
    }
}
