package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The first bytes of a client.
@Timeout(60)
class ClientHelloReaderTest {
    @Test
    void aTimeOutOfZeroIsNone() throws Exception {
        try (Server server = Server.at("tcp://127.0.0.1:0").model(Model.virtual()).handle(client -> client
                .write(ClientHelloReader.of(client, Duration.ZERO).bytes())).start();
                Socket client = new Socket(InetAddress.getLoopbackAddress(),
                        ((Endpoint.Tcp) server.endpoints().getFirst()).port())) {
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().readAllBytes()).containsExactly('x');
        }
    }
}
