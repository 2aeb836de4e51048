package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.comparison.peer.PeerProcess.Listed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks that every RESP server, including Polyserve's, answers the requests of the comparison: pipelined, split and
/// binary.
@Tag("slow")
class RespPeersTest {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int PIPELINED = 500;

    static List<Listed> peers() throws Exception {
        return PeerProcess.tested("--list-resp");
    }

    @ParameterizedTest
    @MethodSource("peers")
    void answersAndEndsOnTerm(Listed listed) throws Exception {
        listed.requireReady();
        try (PeerProcess peer = PeerProcess.start(listed.name())) {
            peer.requireRunning(listed);
            try (Socket first = connected(peer); Socket second = connected(peer)) {
                answered(first, "PING\r\n", "+PONG\r\n");
                answered(first, request("get", "key"), "$-1\r\n");
                answered(first, request("SET", "key", "a\r\nb\0"), "+OK\r\n");
                answered(second, request("GET", "key"), "$5\r\na\r\nb\0\r\n");
                answered(second, request("SET", "key", ""), "+OK\r\n");
                String several = request("PING") + request("GET", "key");
                answered(first, several.repeat(PIPELINED), "+PONG\r\n$0\r\n\r\n".repeat(PIPELINED));
                for (byte piece : several.getBytes(StandardCharsets.US_ASCII)) {
                    second.getOutputStream().write(piece);
                }
                answered(second, "", "+PONG\r\n$0\r\n\r\n");
                first.shutdownOutput();
                assertThat(first.getInputStream().read()).as("its end after ours").isEqualTo(-1);
            }
            assertThat(peer.alive()).as("alive after its clients: %s", peer.log()).isTrue();
            PeerEndCheck.onTerm(peer);
        }
    }

    private static Socket connected(PeerProcess peer) throws IOException {
        Socket socket = new Socket();
        socket.connect(peer.address());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void answered(Socket client, String said, String expected) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(said.getBytes(StandardCharsets.US_ASCII));
        InputStream in = client.getInputStream();
        assertThat(new String(in.readNBytes(expected.length()), StandardCharsets.US_ASCII)).isEqualTo(expected);
    }

    private static String request(String... words) {
        return Stream.of(words).map(word -> "$" + word.length() + "\r\n" + word + "\r\n")
                .reduce("*" + words.length + "\r\n", String::concat);
    }
}
