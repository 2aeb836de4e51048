package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.Server;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sessions of datagrams from an address that is banned for what its connections did.
@Timeout(30)
class BannedSessionTest {
    private static final Options.Ban RULE = new Options.Ban(Duration.ofHours(1), 3, Duration.ofSeconds(10));

    private static void send(DatagramSocket peer, Server server) throws Exception {
        byte[] bytes = "hello".getBytes(StandardCharsets.US_ASCII);
        peer.send(new DatagramPacket(bytes, bytes.length,
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port())));
    }

    @Test
    void shouldNotBegin() throws Exception {
        try (Server server = Server.at("udp://127.0.0.1:0").model(Model.nio())
                .options(o -> o.withAccess(access -> access.withBan(RULE)))
                .sessions(Duration.ofSeconds(30), client -> client.print("welcome " + client.readText())).start();
                DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ((DefaultServer) server).takeBans(Map.of(Networks.parse("127.0.0.1"), Duration.ofHours(1)));
            send(peer, server);
            while (server.stats().reached().isEmpty() && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            assertThat(server.stats().reached()).isEqualTo(Map.of(Limit.BAN, 1L));
            assertThat(server.stats().accepted()).isZero();
            assertThat(server.liftBans()).isEqualTo(1);
            send(peer, server);
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            peer.receive(answer);
            assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("welcome hello");
        }
    }
}
