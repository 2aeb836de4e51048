package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Checks the end of a peer.
final class PeerEndCheck {
    private static final int END_SECONDS = 20;

    private PeerEndCheck() {}

    /// Requires that TERM ends all processes of the peer, even with a connected client.
    static void onTerm(PeerProcess peer) throws Exception {
        try (var client = new Socket()) {
            client.connect(peer.address());
            onTerm(peer, client, PeerProcess.ENDED_BY_TERM);
        }
        peer.awaitSilence();
    }

    /// The same for a peer with this exit status and a client that is connected to it.
    static void onTerm(PeerProcess peer, Socket client, int status) throws Exception {
        // Both an echo server and a store reply to this, which shows that the client is being served.
        client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(client.getInputStream().read()).isNotEqualTo(-1);
        List<ProcessHandle> family = peer.family();
        peer.terminate();
        assertThat(peer.status()).isEqualTo(status);
        for (ProcessHandle member : family) {
            member.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        }
    }
}
